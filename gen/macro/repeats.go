package macro

import "slices"

// repeat is a run of so many instructions whose shapes stand at several places.
type repeat struct {
	length int
	places []int // ascending; they may overlap
}

// repeats are the longest runs of a sequence of shapes that stand at the same places: every run of at least so many
// that stands more than once is one of them, or is the beginning of one at the same places. Negative numbers equal
// nothing. Of a run at so many places, of which one is the first, worth says whether anybody wants it. Each is given to
// found, whose places are other ones afterwards.
//
// They are the inner nodes of the suffix tree, found from the suffix array and the lengths of common prefixes of
// neighbours (Abouelhoda, Kurtz and Ohlebusch, Replacing suffix trees with enhanced suffix arrays, 2004).
func repeats(shapes []int, shortest int, worth func(length, places, first int) bool, found func(r repeat)) {
	suffixes, rank := suffixArray(shapes)
	common := commonPrefixes(shapes, suffixes, rank)
	type open struct{ length, first int }
	var stack []open
	var places []int
	for i := 1; i <= len(suffixes); i++ {
		length, first := 0, i-1
		if i < len(suffixes) {
			length = common[i]
		}
		for len(stack) > 0 && stack[len(stack)-1].length > length {
			top := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			first = top.first
			at := suffixes[first:i]
			if top.length >= shortest && worth(top.length, len(at), int(slices.Min(at))) {
				places = places[:0]
				for _, place := range at {
					places = append(places, int(place))
				}
				slices.Sort(places)
				found(repeat{top.length, places})
			}
		}
		if length > 0 && (len(stack) == 0 || stack[len(stack)-1].length < length) {
			stack = append(stack, open{length, first})
		}
	}
}

// suffixArray sorts the suffixes of a sequence by doubling (Manber and Myers 1990), each time by counting, and returns
// the rank of each too.
func suffixArray(shapes []int) (suffixes, rank []int32) {
	n := len(shapes)
	distinct := slices.Clone(shapes)
	slices.Sort(distinct)
	distinct = slices.Compact(distinct)
	suffixes, rank = make([]int32, n), make([]int32, n)
	for i, s := range shapes {
		r, _ := slices.BinarySearch(distinct, s)
		rank[i] = int32(r)
	}
	ranks := len(distinct)
	bySecond, next, count := make([]int32, n), make([]int32, n), make([]int32, n+1)
	// sort sorts by rank what is sorted by something else, which stays the order among equals.
	sort := func(from []int32) {
		clear(count)
		for _, r := range rank {
			count[r+1]++
		}
		for r := range ranks {
			count[r+1] += count[r]
		}
		for _, i := range from {
			r := rank[i]
			suffixes[count[r]] = i
			count[r]++
		}
	}
	for i := range bySecond {
		bySecond[i] = int32(i)
	}
	sort(bySecond)
	for width := 1; ranks < n; width *= 2 {
		bySecond = bySecond[:0]
		for i := n - width; i < n; i++ { // they end first
			bySecond = append(bySecond, int32(max(i, 0)))
		}
		for _, i := range suffixes {
			if int(i) >= width {
				bySecond = append(bySecond, i-int32(width))
			}
		}
		sort(bySecond)
		second := func(i int32) int32 {
			if k := int(i) + width; k < n {
				return rank[k]
			}
			return -1
		}
		next[suffixes[0]], ranks = 0, 1
		for k := 1; k < n; k++ {
			i, j := suffixes[k-1], suffixes[k]
			if rank[i] != rank[j] || second(i) != second(j) {
				ranks++
			}
			next[j] = int32(ranks - 1)
		}
		rank, next = next, rank
	}
	return suffixes, rank
}

// commonPrefixes are the lengths of what each suffix has in common with the one before it in order (Kasai and others
// 2001).
func commonPrefixes(shapes []int, suffixes, rank []int32) []int {
	common, length := make([]int, len(shapes)), 0
	for i := range shapes {
		if rank[i] == 0 {
			length = 0
			continue
		}
		for j := int(suffixes[rank[i]-1]); max(i, j)+length < len(shapes) && shapes[i+length] >= 0 &&
			shapes[i+length] == shapes[j+length]; {
			length++
		}
		common[rank[i]] = length
		length = max(0, length-1)
	}
	return common
}
