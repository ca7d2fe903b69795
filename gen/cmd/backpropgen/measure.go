package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/backpropgen/backpropgen/gen/measure"
	"github.com/backpropgen/backpropgen/spec"
)

// measure is explain with -measure: one network after the other, so that none disturbs another.
func (c *call) measure() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var r report
	paths := expandAll(c.args, &r)
	for i, arg := range paths {
		s, err := c.loadForReading(arg, &r)
		if err != nil {
			continue
		}
		p := newProgress(c, len(paths))
		report, err := measure.Run(ctx, s.network, measure.Options{Progress: func(what string, done, of int) {
			p.stage(fmt.Sprintf("%s: %s", shown(s.path), what), done, of)
		}})
		p.clear()
		var list spec.ErrorList
		switch {
		case errors.Is(err, context.Canceled):
			r.addf(exitIO, "%s: interrupted; nothing is left behind", shown(s.path))
			r.print(c.stderr)
			return r.code()
		case errors.As(err, &list):
			r.add(refused(s, err))
			continue
		case err != nil:
			r.addf(exitIO, "%s: %v", shown(s.path), err)
			continue
		}
		if i > 0 {
			fmt.Fprintln(c.stdout)
		}
		fmt.Fprint(c.stdout, report)
	}
	r.print(c.stderr)
	return r.code()
}
