package amd64

// gather reads 8 bytes into every lane of a table of bytes in the data section: those that begin at byte first + the
// lane's index. No index may lead out of the table, whatever the argument. The mask that the instruction wants it
// overwrites.
func (b *block) gather(table ref, first int, index *value) *value {
	return b.add(&node{kind: gather, mem: table.plus(first), in: []*value{index}, mask: b.firstLanes(b.bits / 64), out: b.fresh()})
}
