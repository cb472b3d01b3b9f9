// What a batch's opening does in format 3 alone: a state gets its system context and its configuration, once.

// The batch is made by the system context of this format. Where the state still has format 2's, it gets the new one: the first opening behind
// an upgrade. Any other code could do anything, so the opening panics.
function bringState() {
  let id := machine.key(3, 0x800b, 0)
  let digest := load.current(id)
  if sub(digest, systemContextDigest()) {
    if sub(digest, formerContextDigest()) { machine.panic(0x28) }
    store.current(id, systemContextDigest())
    store.current(machine.key(2, 0x800b, 0), systemContextHash())
  }
  if iszero(load.current(machine.key(0, 0x800b, 6))) { configure() }
}

// Slots 2 to 6 and 9 of a chain's first batch. L1 hashes what it knows of them, so false words make the batch impossible to commit. Here only
// what contracts do not see of a word is refused, and a state that has some of it already.
function configure() {
  for { let slot := 2 } lt(slot, 11) { slot := add(slot, 1) } {
    if load.current(machine.key(0, 0x800b, slot)) { machine.panic(0x29) }
  }
  let chainId_ := machine.hint()
  let bridge := machine.hint()
  let originChain := machine.hint()
  let originToken := machine.hint()
  let born := machine.hint()
  let mode := machine.hint()
  if or(shr(160, or(bridge, originToken)), or(iszero(born), gt(mode, 3))) { machine.panic(0x14) }
  store.current(machine.key(0, 0x800b, 2), chainId_)
  store.current(machine.key(0, 0x800b, 3), bridge)
  store.current(machine.key(0, 0x800b, 4), originChain)
  store.current(machine.key(0, 0x800b, 5), originToken)
  store.current(machine.key(0, 0x800b, 6), born)
  store.current(machine.key(0, 0x800b, 9), mode)
}

// The batch's coinbase is told with it: the outputs have it, so L1 knows it.
function tellOpening(since) {
  let coinbase_ := machine.hint()
  if shr(160, coinbase_) { machine.panic(0x14) }
  set.coinbase(coinbase_)
  // openBatch(uint64,uint64,address)
  encodeCall(0xf5330622, get.nextBatch(), since)
  mstore(add(pointer(get.inputFrame(), 0), 68), coinbase_)
  set.inputLength(100)
  systemTransaction(0x8001, 0x800b, 0)
}

// Where L1's queue alone makes the order (mode 1) a sequencer has nothing to choose: no transaction of an account, no root, no cheat.
function requireChoice() {
  if eq(load.current(machine.key(0, 0x800b, 9)), 1) { machine.panic(0x27) }
}
