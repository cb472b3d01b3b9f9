// What a transaction or an operation of format 3 takes to prove, in units of 100 cells (docs/native.md). User mode weighs what it runs itself,
// here is what the kernel serves. An instruction counts once its gas is paid; ends of frames, and what a frame that halts has begun,
// count with the call. What is counted once a transaction is not undone. `notRun`: 1 invalid, 2 budget, 4 code, 5 call data, 6 block hash,
// 7 frames, 8 lone, 9 fault.

function weigh(units) {
  let left := get.nativeLeft()
  switch lt(left, units)
  case 0 { set.nativeLeft(sub(left, units)) }
  // What the protocol itself does has no budget.
  default { if get.budget() { endFor(spentBudget()) } }
}

// Why it ends is what it came to first.
function endFor(verdict) { if iszero(get.notRun()) { set.notRun(verdict) } }

// Its gas pays for no more units, or for more than a step may have.
function spentBudget() -> verdict { verdict := add(2, mul(6, gt(mul(6, get.gasLimit()), 1300000))) }

// 60,000 frames a transaction, those of codes included.
function countFrame(id) {
  if gt(id, get.lastFrame()) { if get.budget() { endFor(7) } }
}

function noteVerdict() { machine.endOperation() }

// Six units a gas, and no more cells than half of what a step may have, since its tables are filled up to powers of two.
function startMeter(gasLimit) {
  let units := mul(6, gasLimit)
  if gt(units, 1300000) { units := 1300000 }
  set.budget(units)
  set.nativeLeft(units)
  set.deepest(0)
  set.lastFrame(add(get.nextFrame(), 59999))
}

// What comes behind is another transaction, which begins without a budget.
function endMeter() {
  set.isMetered(0)
  set.lastFrame(0x10000)
}

// The larger of what the EVM takes and what six units cost a gas.
function withUnits(used) -> gasUsed_ {
  gasUsed_ := div(add(sub(get.budget(), get.nativeLeft()), 5), 6)
  if or(iszero(get.budget()), lt(gasUsed_, used)) { gasUsed_ := used }
}

// What a transaction's lists name is looked up if its budget pays for all that is before the first frame. Else they have no effect.
function takeLists() {
  set.notRun(0)
  startMeter(get.gasLimit())
  set.passedOn(get.inputLength())
  weighTransaction()
  if and(hasLists(), iszero(get.notRun())) {
    warmAccessList()
    if eq(get.transactionType(), 4) { applyAuthorizations() }
  }
}

// A user's transaction whose budget is spent has failed: its first frame is undone, its nonce, its price and its authorizations stay, and
// all of its gas is taken.
function meterUser(sender, gasLeft) {
  if iszero(get.notRun()) { meterFirst() }
  let mark := get.journalLength()
  if iszero(get.notRun()) { callTarget(sender, gasLeft) }
  if get.notRun() {
    rollBack(mark)
    set.notRun(0)
    set.status(0)
    set.gasLeft(0)
    set.refund(0)
    set.destroyedCount(0)
    set.nativeLeft(0)
  }
  endMeter()
}

// What is before the first frame: the signature, the payload, the lists.
function weighTransaction() {
  weigh(add(transactionUnits(), mul(shr(5, add(get.inputLength(), 31)), inputWordUnits())))
  if hasLists() {
    weigh(add(mul(get.accessEntries(), accountUnits()), mul(get.accessSlots(), leafUnits())))
    if eq(get.transactionType(), 4) { weigh(mul(get.authorizations(), authorizationUnits())) }
  }
}

function weighStop() { }
function weighEnd(status) { }
function weighCopy(length) { weigh(mul(copiedWordUnits(), shr(5, add(length, 31)))) }

// Once a transaction and leaf, whatever is undone: the paths of a leaf, the three of an account.
function meterSlot(id) { meterOnce(id, leafUnits()) }
function meterAccount(id) { meterOnce(id, accountUnits()) }

function meterOnce(id, units) {
  if sub(load.meteredAt(id), get.transactionNumber()) {
    store.meteredAt(id, get.transactionNumber())
    weigh(units)
  }
}

// The code of an account, and of what it delegates to, where it is loaded: whatever the run before has loaded of it.
function meterCode(account) { meterLoad(account, headerOf(account)) }

function meterLoad(account, id) {
  for {} sub(load.loadedAt(id), get.transactionNumber()) {} {
    store.loadedAt(id, get.transactionNumber())
    meterAccount(id)
    let code := codeOf(account)
    weigh(mul(codeByteUnits(), codeLength(code)))
    if iszero(shr(48, code)) { leave }
    account := delegateOf(code)
    id := headerOf(account)
  }
}

function meterSize(account) { meterCode(account) }

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
  set.deepest(add(get.deepest(), links))
}

// Links of the chain of hashes beyond the deepest that this transaction has asked for.
function linksTo(asked) -> links {
  let back := sub(get.blockNumber(), asked)
  if iszero(gt(back, 256)) {
    let deepest := get.deepest()
    if gt(back, deepest) { links := sub(back, deepest) }
  }
}

function meterCallOf(account, id) {
  weigh(callUnits())
  let room := and(get.callOutput(), 0xffffffff)
  if room { weighCopy(room) }
  switch isPrecompile(account)
  case 0 { meterLoad(account, id) }
  default { meterPrecompile(account, get.callInput()) }
}

function meterStart() {
  set.isMetered(1)
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
  switch isPrecompile(account)
  case 0 { meterCode(account) }
  default { meterPrecompile(account, slice(get.inputFrame(), 0, get.inputLength())) }
}

// What precompiled contracts take beside the call. Those that are bytecode weigh what it runs, a power what its exponent makes it.
function meterPrecompile(account, input) {
  let n := and(input, 0xffffffff)
  switch account
  case 0x01 { weigh(recoverUnits()) }
  case 0x02 { weigh(mul(sha256BlockUnits(), add(1, shr(6, add(n, 8))))) }
  case 0x04 { weighCopy(n) }
  case 0x100 { weigh(p256Units()) }
  default {
    // What the kernel would panic at. An operation cannot be left out, so it does not run.
    if and(get.isMetered(), and(gt(n, 0), or(eq(account, 0x08), gt(account, 0x09)))) { endFor(9) }
  }
}

// For each bit of the exponent behind its first, and as many as 32 for what is around them.
function meterPower(bits) { weigh(mul(powerBitUnits(), add(32, bits))) }

// Init code that is to run, at whatever depth, and whether the creation fails or not.
function meterInitCode(frameId, offset, length) {
  weigh(mul(codeByteUnits(), length))
  refuseHostile(frameId, offset, length)
}

function meterDeposit(frameId, offset, length) {
  weigh(mul(depositedByteUnits(), length))
  refuseHostile(frameId, offset, length)
}

// A first PUSH20 whose 20 bytes are not all there ends the first engine.
function refuseHostile(frameId, offset, length) {
  if and(get.isMetered(), and(gt(length, 0), lt(length, 21))) {
    if eq(byte(0, mload(pointer(frameId, offset))), 0x73) { endFor(4) }
  }
}

function meterCreation(opcode, offset, length) {
  weigh(createUnits())
  if eq(opcode, 0xf5) { weigh(mul(hashedBlockUnits(), add(div(length, 136), 1))) }
  meterInitCode(get.frame(), offset, length)
}

// What calls and creations pass on, all together: 16 MiB at most.
function passOn(length) {
  if get.budget() {
    set.passedOn(add(get.passedOn(), length))
    if gt(get.passedOn(), 0x1000000) { endFor(5) }
  }
}

// A protocol code is paid for in its own frame: it has the units that its gas pays for, so it cannot spend what its caller's caller has left.
// What of the budget is beyond that is kept from it.
function lendUnits(given) -> kept {
  let left := get.nativeLeft()
  let most := mul(6, given)
  if and(gt(get.budget(), 0), lt(most, left)) {
    kept := sub(left, most)
    set.nativeLeft(most)
  }
  set.protocolPrice(sub(left, kept))
}

// Gas for what it took, rounded up. Where it spent all that it had, it fails alone; or with the transaction, which had no more.
function takeUnits(given, kept, spent) {
  let lent := get.protocolPrice()
  let left := get.nativeLeft()
  if spent {
    left := 0
    if iszero(kept) { endFor(spentBudget()) }
  }
  set.nativeLeft(add(kept, left))
  set.protocolPrice(mul(gt(get.budget(), 0), div(add(sub(lent, left), 5), 6)))
}
