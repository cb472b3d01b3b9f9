// What a transaction or an operation takes to prove, in units of 100 cells (docs/native.md). User mode weighs what it runs itself,
// here is what the kernel serves. An instruction counts once its gas is paid; ends of frames, and what a frame that halts has begun,
// count with the call. What is counted once a transaction is not undone. `notRun`: 1 invalid, 2 budget, 8 lone.

// `nativeLeft` are the units of the current frame. A frame that has too few fails as one without gas does (`isSpent`).
function weigh(units) {
  let left := get.nativeLeft()
  switch lt(left, units)
  case 0 { set.nativeLeft(sub(left, units)) }
  // Transactions of the protocol have no budget.
  default { if get.budget() { set.isSpent(1) } }
}

function noteSpent() { set.isSpent(1) }

// The current frame ends. The transaction ends with its outermost frame, for which `isSpent` stays.
function spendFrame() {
  set.nativeLeft(0)
  if frame.parent() { set.isSpent(0) }
}

// The transaction's gas pays for no more units, or for more than a step may have.
function spentBudget() -> verdict { verdict := add(2, mul(6, gt(mul(6, get.gasLimit()), 1300000))) }

// Lends the units that a callee's gas pays for, 24 a gas, but at most 63/64 of those left, as EIP-150 does with gas. No step takes more
// than 24 units a gas (scripts/kernel-generator/dear-steps.ts), so a callee has enough units for its gas as long as its caller has, and
// its caller keeps a 64th whatever the callee does. Answers what the caller keeps.
function lendUnits(given) -> kept {
  if get.budget() {
    let left := get.nativeLeft()
    let lent := sub(left, shr(6, left))
    if lt(mul(24, given), lent) { lent := mul(24, given) }
    kept := sub(left, lent)
    set.nativeLeft(lent)
  }
}

function returnUnits(kept) { set.nativeLeft(add(kept, get.nativeLeft())) }

// The end of a precompiled contract, which has no frame to leave. Answers 1 if it has spent its units and fails.
function takeUnits(kept) -> spent {
  spent := get.isSpent()
  if spent {
    set.isSpent(0)
    set.nativeLeft(0)
  }
  returnUnits(kept)
}

// The precompiled contract that answers the units of the frame that calls it.
function answersUnits(account) -> yes { yes := eq(account, 0x101) }

function passOn(length) { }
function noteVerdict() { machine.endOperation() }

// Six units a gas, and no more cells than half of what a step may have, since its tables are filled up to powers of two.
function startMeter(gasLimit) {
  let units := mul(6, gasLimit)
  if gt(units, 1300000) { units := 1300000 }
  set.budget(units)
  set.nativeLeft(units)
  set.isSpent(0)
  set.deepest(0)
}

// The end of an operation.
function endMeter() {
  if get.isSpent() { set.notRun(spentBudget()) }
  set.isSpent(0)
}

// The larger of what the EVM takes and what six units cost a gas.
function withUnits(used) -> gasUsed_ {
  gasUsed_ := gasOfUnits(sub(get.budget(), get.nativeLeft()))
  if lt(gasUsed_, used) { gasUsed_ := used }
}

function gasOfUnits(units) -> cost { cost := mul(gt(get.budget(), 0), div(add(units, 5), 6)) }

// What a transaction's lists name is looked up as far as its budget pays. Its authorizations have an effect if the budget pays for all
// that is before the first frame.
function takeLists() {
  startMeter(get.gasLimit())
  weighTransaction()
  if and(hasLists(), iszero(get.isSpent())) {
    warmAccessList()
    if and(eq(get.transactionType(), 4), iszero(get.isSpent())) { applyAuthorizations() }
  }
}

// A user's transaction whose budget is spent has failed: its first frame is undone, its nonce, its price and its authorizations stay, and
// all of its gas is taken.
function meterUser(sender, gasLeft) {
  if iszero(get.isSpent()) { meterFirst() }
  let mark := get.journalLength()
  if iszero(get.isSpent()) { callTarget(sender, gasLeft) }
  if get.isSpent() {
    rollBack(mark)
    set.isSpent(0)
    set.status(0)
    set.gasLeft(0)
    set.refund(0)
    set.destroyedCount(0)
    set.nativeLeft(0)
  }
}

// What is before the lists and the first frame: the signature, the payload, the authorizations, and the code of the operator, whose account
// is warm from the start and counts with the transaction.
function weighTransaction() {
  weigh(add(add(transactionUnits(), inputUnits()), mul(shr(5, add(get.inputLength(), 31)), inputWordUnits())))
  if eq(get.transactionType(), 4) { weigh(mul(get.authorizations(), authorizationUnits())) }
  weighCode(get.coinbase())
  store.meteredAt(get.coinbaseId(), get.transactionNumber())
}

function weighStop() { }
function weighEnd(status) { }
function weighCopy(length) { weigh(mul(copiedWordUnits(), shr(5, add(length, 31)))) }

// Once a transaction and leaf, whatever is undone, and only if it is paid for: the paths of a slot; the three of an account with its code,
// when the account becomes warm. So a warm code is paid for, and may be loaded or not.
function meterSlot(id) {
  if isUnpaid(id) {
    weigh(leafUnits())
    notePaid(id)
  }
}

function meterAccount(account, id) {
  if isUnpaid(id) {
    weigh(accountUnits())
    weighCode(account)
    notePaid(id)
  }
}

function meterCode(account) { meterAccount(account, headerOf(account)) }

function isUnpaid(id) -> yes {
  if and(gt(get.budget(), 0), iszero(get.isSpent())) { yes := gt(sub(load.meteredAt(id), get.transactionNumber()), 0) }
}

function notePaid(id) {
  if iszero(get.isSpent()) { store.meteredAt(id, get.transactionNumber()) }
}

// The bytes of a code, which is not loaded for that. A designation of 23 bytes counts with its account: a list may name the account before
// an authorization gives it that.
function weighCode(account) {
  if get.isSpent() { leave }
  let length := lengthOf(account)
  if sub(length, 23) { weigh(mul(codeByteUnits(), length)) }
}

// Gas for its units: 20 pay for one link of the chain of hashes at most.
function hashGas() -> cost {
  cost := 20
  if get.budget() {
    let asked := machine.loadUser(stackPlace(sub(frame.position(), 1)))
    cost := div(add(add(blockHashUnits(), mul(linkUnits(), linksTo(asked))), 5), 6)
  }
}

function meterLinks(asked) {
  let links := linksTo(asked)
  weigh(mul(linkUnits(), links))
  if iszero(get.isSpent()) { set.deepest(add(get.deepest(), links)) }
}

// A frame that asks for the hash of the block that pays out its operation, which does not exist yet, halts.
function noteUnnamed() { }

// Links of the chain of hashes beyond the deepest that this transaction has asked for.
function linksTo(asked) -> links {
  let back := sub(get.blockNumber(), asked)
  if iszero(gt(back, 256)) {
    let deepest := get.deepest()
    if gt(back, deepest) { links := sub(back, deepest) }
  }
}

// Gas of a call for its data: one a word beyond 4,096 bytes, since passing on the same memory takes none.
function dataGas(length) -> cost {
  if and(gt(length, 4096), gt(get.budget(), 0)) { cost := shr(5, sub(length, 4065)) }
}

function meterCallOf(account, id, delegate_) {
  weigh(callUnits())
  if isPrecompile(account) { leave }
  meterAccount(account, id)
  meterDelegate(delegate_)
}

// What an account delegates to, as `delegateTo` answers: one step, as the EVM follows it.
function meterDelegate(delegate_) {
  if delegate_ {
    delegate_ := and(delegate_, 0xffffffffffffffffffffffffffffffffffffffff)
    if iszero(isPrecompile(delegate_)) { meterAccount(delegate_, headerOf(delegate_)) }
  }
}

function meterStart() {
  weighTransaction()
  meterFirst()
}

// Of the first frame: its target, or init code as code that is loaded.
function meterFirst() {
  switch get.isCreation()
  case 0 { meterTarget() }
  default { meterInitCode(get.inputFrame(), 0, get.inputLength()) }
}

function meterTarget() {
  let account := get.target()
  if isPrecompile(account) { leave }
  meterAccount(account, headerOf(account))
  if iszero(get.isSpent()) { meterDelegate(delegateTo(account)) }
}

// What precompiled contracts take after their price is paid. Those that are bytecode weigh what it runs, a power what its exponent makes
// it. Answers 1 if the units are spent: nothing is computed then.
function meterRun(account, n) -> stops {
  switch account
  case 0x01 { weigh(recoverUnits()) }
  case 0x02 { weigh(mul(sha256BlockUnits(), add(1, shr(6, add(n, 8))))) }
  case 0x04 { weighCopy(n) }
  default { weigh(p256Units()) }
  stops := get.isSpent()
}

// For each bit of the exponent after its first, and as many as 32 for the rest. Answers as `meterRun`.
function meterPower(bits) -> stops {
  weigh(mul(powerBitUnits(), add(32, bits)))
  stops := get.isSpent()
}

// For pairings, whether their points are good or not. Returns as `meterRun`.
function meterPairs(pairs) -> stops {
  weigh(add(pairingUnits(), mul(pairs, pairOfPointsUnits())))
  stops := get.isSpent()
}

// For a sum or a multiple of points, whether they are good or not. Returns as `meterRun`.
function meterPoints(units) -> stops {
  weigh(units)
  stops := get.isSpent()
}

// Output that is copied into the caller's room: its callee pays, which has paid gas for as much memory.
function meterOutput(room, length) {
  let n := and(room, 0xffffffff)
  if gt(n, length) { n := length }
  weighCopy(n)
}

// Init code that is to run, at whatever depth, and whether the creation fails or not.
function meterInitCode(frameId, offset, length) { weigh(mul(codeByteUnits(), length)) }

// Code that a contract gets, with what loading it takes: the account is warm.
function meterDeposit(frameId, offset, length) { weigh(mul(add(depositedByteUnits(), codeByteUnits()), length)) }

function meterCreation(opcode, offset, length) {
  weigh(createUnits())
  if eq(opcode, 0xf5) { weigh(mul(hashedBlockUnits(), add(div(length, 136), 1))) }
  meterInitCode(get.frame(), offset, length)
}
