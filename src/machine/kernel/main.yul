// What a chunk does: one step after another, each announced by a hint, until a hint of 0 ends the chunk.
// Frame 0 is the kernel's, frame 1 the memory without bytes.
set.nextFrame(2)
for {} 1 {} {
  let kind := machine.hint()
  if iszero(kind) { break }
  switch kind
  case 1 { blockStep() }
  case 2 { userTransaction() }
  default { machine.panic(0x01) }
}
stop()

// A new block: its number follows, its time never falls.
function blockStep() {
  set.blockNumber(add(get.blockNumber(), 1))
  let time := machine.hint()
  if or(lt(time, get.timestamp()), shr(64, time)) { machine.panic(0x02) }
  set.timestamp(time)
}
