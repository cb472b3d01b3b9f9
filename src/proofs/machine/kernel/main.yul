// What a chunk does: one step after another, each announced by a hint, until a hint of 0 ends the chunk.
// Frame 0 is the kernel's, frame 1 the memory without bytes.
set.nextFrame(2)
for {} 1 {} {
  let kind := machine.hint()
  if iszero(kind) { break }
  switch kind
  case 1 {
    requireOpen()
    requireChoice()
    noteBlock(1, blockStep())
    set.open(1)
  }
  case 2 {
    requireUsersBlock()
    userTransaction()
  }
  case 3 { openBatch() }
  case 4 { importRoots() }
  case 5 { closeBatch() }
  case 6 { priorityOperation() }
  case 7 { cheat() }
  case 8 { impersonation() }
  default { machine.panic(0x01) }
}
stop()
