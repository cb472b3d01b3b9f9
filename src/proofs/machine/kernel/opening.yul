// What a batch's opening does: a state gets its version's predeploys and its configuration.

function bringState() {
  bringPredeploys()
  if iszero(load.current(machine.key(0, 0x800b, 6))) { configure() }
}

// Codes of all predeploys: where the state has others, it gets these. They are the prover's word here, so the kernel knows none of them. Slot 12 of
// the system context has a hash of all three words of each, which the closing exports. L1 requires the version's value of a chain's first
// batch and of the first proven one behind a trusted one, and 0 of all others.
function bringPredeploys() {
  let count := machine.hint()
  if iszero(count) { leave }
  // A state with a second tree has accounts that no proof covers. Their root is slot 0 of 0x10017.
  if load.current(machine.key(0, 0x10017, 0)) { machine.panic(0x28) }
  let p := 0x1000
  for { } count { count := sub(count, 1) } {
    let account := machine.hint()
    if shr(160, account) { machine.panic(0x14) }
    let hash := machine.hint()
    let digest := machine.hint()
    mstore(p, account)
    mstore(add(32, p), hash)
    mstore(add(64, p), digest)
    p := add(96, p)
    store.current(machine.key(2, account, 0), hash)
    store.current(machine.key(3, account, 0), digest)
  }
  store.current(machine.key(0, 0x800b, 12), keccak256(0x1000, sub(p, 0x1000)))
}

// Slots 2 to 6 and 9 of a chain's first batch. L1 hashes what it knows of them, so false words make the batch impossible to commit. Here only
// what contracts do not see of a word is refused, and a state that has some of it already.
function configure() {
  for { let slot := 2 } lt(slot, 12) { slot := add(slot, 1) } {
    if load.current(machine.key(0, 0x800b, slot)) { machine.panic(0x29) }
  }
  let chainId_ := machine.hint()
  let bridge := machine.hint()
  let originChain := machine.hint()
  let originToken := machine.hint()
  let born := machine.hint()
  let mode := machine.hint()
  // Modes up to 3, and two flags: the chain serves facts, and it publishes inputs.
  if or(shr(160, or(bridge, originToken)), or(iszero(born), and(mode, not(0x303)))) { machine.panic(0x14) }
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
