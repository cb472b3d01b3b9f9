// If L1's queue alone makes the order (mode 1), a settler has nothing to choose.

function isQueueAlone() -> yes { yes := eq(and(load.current(machine.key(0, 0x800b, 9)), 0xff), 1) }

// No block of users, no transaction of an account, no root, no cheat, and no older hashes that an opening forgets.
function requireChoice() {
  if isQueueAlone() { machine.panic(0x27) }
}

// Hashes of blocks are the settler's word, and a cut of the batches changes them. So BLOCKHASH gives 0: no block's hash is remembered.
function nameNoBlocks() {
  if isQueueAlone() { store.current(machine.key(0, 0x800b, 8), 0xffffffffffffffff) }
}

// An operation's blocks have the second of L1 when it was queued, bound by its hash. The opening has that of its batch's first one.
function requireSecond(before) {
  if isQueueAlone() {
    let second := get.queuedAt()
    if sub(get.timestamp(), second) { machine.panic(0x2b) }
    if sub(before, second) { if iszero(operationsTaken()) { machine.panic(0x2b) } }
  }
}

// The closing has the last operation's. A batch without any would move the numbers of those after it.
function requireLastSecond(before) {
  if isQueueAlone() { if or(iszero(operationsTaken()), sub(get.timestamp(), before)) { machine.panic(0x2b) } }
}

// Between two operations of a batch are as many numbers as a closing and an opening take, so that a cut moves no operation to another.
function passCut() {
  if isQueueAlone() { if operationsTaken() { set.blockNumber(add(get.blockNumber(), 2)) } }
}

// Of the open batch, as the messenger counts them: those with a result.
function operationsTaken() -> count { count := and(shr(64, load.current(machine.key(0, 0x8008, 0))), 0xffffffffffffffff) }
