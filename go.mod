module github.com/backpropgen/backpropgen

go 1.25.0
