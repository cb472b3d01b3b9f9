// What a batch begins and ends with, and what may be between (docs/protocol.md, sections 5 and 11).

function requireOpen() {
  if iszero(get.open()) { machine.panic(0x05) }
}

// A transaction stands in a block that a step made for such. Blocks of an opening, of imports and of an operation have nothing else, and
// behind a cheat comes a new block.
function requireUsersBlock() {
  if sub(get.open(), 1) {
    requireOpen()
    machine.panic(0x0b)
  }
}

// The newest block takes no transactions, or no more.
function endBlock() { set.open(2) }

// Opens the batch after the last one that was closed. Its number is the boundary's: no hint names another.
function openBatch() {
  if get.open() { machine.panic(0x04) }
  // What the batch before it kept is what its closing was called with.
  if sub(get.blockHashes(), load.current(machine.key(0, 0x800b, 7))) { machine.panic(0x06) }
  // Code of any size (the slot is the hash of "hyperchain.unlimited-contract-size.v1"): a rule that the kernel does not have.
  if load.current(machine.key(0, 0x800b, 0x58b2144d6290790e652768bd4d5d90e43e55d291e0c283da6b02329fd919c233)) {
    machine.panic(0x25)
  }
  bringState()
  let forgets := machine.hint()
  nextBlock()
  readTime()
  if forgets { requireChoice() }
  nameNoBlocks()
  let since := hashesSince()
  beginInputs()
  switch forgets
  case 0 { noteBlock(3, foldParent()) }
  default {
    since := get.blockNumber()
    setBlockHashes(0)
    noteBlock(9, 0)
  }
  endBlock()
  set.cheatCount(0)
  tellOpening(since)
}

// Roots of other chains, in a block of their own.
function importRoots() {
  requireOpen()
  requireChoice()
  let parent := blockStep()
  endBlock()
  requireReach()
  let count := machine.hint()
  noteBlock(or(4, shl(8, count)), parent)
  for {} count { count := sub(count, 1) } {
    let index := machine.hint()
    let root := machine.hint()
    noteRoot(index, root)
    // importRoot(uint256,bytes32)
    callAsBootloader(0x10008, 0x03e180e4, index, root)
  }
}

// The outputs' hash is the contract's, from the state and from what is carried between transactions.
function closeBatch() {
  requireOpen()
  let time := get.timestamp()
  noteBlock(5, blockStep())
  requireLastSecond(time)
  requireReach()
  // closeBatch(uint64,bytes32)
  callAsBootloader(0x800b, 0x121768a2, get.cheatCount(), get.blockHashes())
  set.open(0)
  set.nextBatch(add(get.nextBatch(), 1))
}

// A new block: its number follows, its time never falls. Answers what `foldParent` does.
function blockStep() -> parent {
  nextBlock()
  readTime()
  parent := foldParent()
}

function nextBlock() { set.blockNumber(add(get.blockNumber(), 1)) }

function readTime() {
  let time := machine.hint()
  if or(lt(time, get.timestamp()), shr(64, time)) { machine.panic(0x02) }
  set.timestamp(time)
}
