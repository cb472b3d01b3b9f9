// What an operation of format 2 takes to prove (docs/protocol.md, section 8; fixtures/protocol/budget.json). User mode weighs what it runs
// itself, of any transaction; here is what the kernel serves, of operations only. An instruction counts once its gas is paid.
// `notRun`: 1 invalid, 2 budget, 3 precompile, 4 code, 5 call data, 6 block hash.

function weigh(units) {
  if get.isMetered() {
    let left := get.nativeLeft()
    switch lt(left, units)
    case 0 { set.nativeLeft(sub(left, units)) }
    default { set.notRun(2) }
  }
}

function noteSpent() { set.notRun(2) }
function spendFrame() { }
function returnUnits(kept) { }
function noteUnnamed() { set.notRun(6) }
function dataGas(length) -> cost { }
function meterOutput(room, length) { }
function meterRun(account, n) -> stops { }
function noteVerdict() { }

function startMeter(gasLimit) {
  set.isMetered(1)
  set.nativeLeft(1000000)
}

function endMeter() { set.isMetered(0) }

// A user's transaction of format 2 has no budget, and its gas is the EVM's.
function takeLists() {
  if hasLists() {
    warmAccessList()
    if eq(get.transactionType(), 4) { applyAuthorizations() }
  }
}

function meterUser(sender, gasLeft) { callTarget(sender, gasLeft) }
function withUnits(used) -> same { same := used }

function sloadUnits() -> units { units := 300 }
function sstoreUnits() -> units { units := 400 }
function tloadUnits() -> units { units := 91 }
function tstoreUnits() -> units { units := 132 }
function logUnits(topics) -> units { units := 160 }
function balanceUnits() -> units { units := 300 }
function codeSizeUnits() -> units { units := 300 }
function codeHashUnits() -> units { units := 300 }
function codeCopyUnits() -> units { units := 300 }
function destructUnits() -> units { units := 860 }
function blockHashUnits() -> units { units := 920 }
function prevRandaoUnits() -> units { units := 12 }

// A protocol code of format 2 has the precompiled contract's price alone.
function gasOfUnits(units) -> cost { }
function lendUnits(given) -> kept { }
function takeUnits(kept) -> spent { }
function answersUnits(account) -> yes { }

// Format 2 weighs no leaves, and no links of the chain of hashes.
function meterSlot(id) { }
function meterAccount(account, id) { }
function meterPower(bits) -> stops { }
function hashGas() -> cost { cost := 20 }
function meterLinks(asked) { }

function weighEnd(status) {
  switch status
  case 1 { weigh(190) }
  default { weigh(470) }
}

function meterCallOf(account, id, delegate_) {
  if get.isMetered() {
    weigh(600)
    weighCopy(and(get.callOutput(), 0xffffffff))
    meterCall(account, get.callInput())
  }
}

function meterCreation(opcode, offset, length) {
  if get.isMetered() {
    weigh(900)
    if eq(opcode, 0xf5) { weigh(mul(637, add(div(length, 136), 1))) }
    meterInitCode(get.frame(), offset, length)
  }
}

// Behind a code's end no instruction stands, where user mode stops as well.
function weighStop() {
  if get.isMetered() {
    let position := frame.position()
    if iszero(gt(and(shr(16, position), 0xffffffff), and(shr(64, position), 0xffffffff))) { weigh(190) }
  }
}

function weighCopy(length) { weigh(mul(3, shr(5, add(length, 31)))) }

// The operation's own target counts as a call; init code as code that is loaded.
function meterStart() {
  switch get.isCreation()
  case 0 { meterCall(get.target(), slice(get.inputFrame(), 0, get.inputLength())) }
  default { meterInitCode(get.inputFrame(), 0, get.inputLength()) }
}

function meterCall(account, input) {
  if iszero(get.isMetered()) { leave }
  let n := and(input, 0xffffffff)
  switch account
  case 0x01 { weigh(3400) }
  case 0x02 { weigh(add(18300, mul(17000, shr(6, add(n, 8))))) }
  case 0x04 {
    weigh(10)
    weighCopy(n)
  }
  case 0x05 { meterModularPower(input) }
  case 0x100 { weigh(140000) }
  default {
    switch isPrecompile(account)
    case 0 { meterCode(account) }
    default { set.notRun(3) }
  }
}

function meterModularPower(input) {
  readInput(input, 1, 96)
  let exponentSize := mload(0xc20)
  if or(or(gt(mload(0xc00), 32), gt(exponentSize, 32)), gt(mload(0xc40), 32)) {
    set.notRun(3)
    leave
  }
  weigh(add(50, mul(100, exponentSize)))
}

// The code of an account, and of what it delegates to, the first time that a call or EXTCODECOPY names it.
function meterCode(account) {
  if iszero(get.isMetered()) { leave }
  for {} 1 {} {
    let id := headerOf(account)
    if eq(load.meteredAt(id), get.transactionNumber()) { leave }
    store.meteredAt(id, get.transactionNumber())
    let code := codeOf(account)
    meterLoaded(codeLength(code))
    if iszero(shr(48, code)) { leave }
    account := delegateOf(code)
  }
}

function meterLoaded(length) { weigh(div(add(length, 2), 3)) }

// Init code that is to run, at whatever depth, and whether the creation fails or not.
function meterInitCode(frameId, offset, length) {
  if iszero(get.isMetered()) { leave }
  meterLoaded(length)
  meterHostile(frameId, offset, length)
}

function meterDeposit(frameId, offset, length) {
  if iszero(get.isMetered()) { leave }
  weigh(mul(5, length))
  meterHostile(frameId, offset, length)
}

// A first PUSH20 whose 20 bytes are not all there ends the first engine.
function meterHostile(frameId, offset, length) {
  if and(gt(length, 0), lt(length, 21)) {
    if eq(byte(0, mload(pointer(frameId, offset))), 0x73) { set.notRun(4) }
  }
}

// What calls and creations pass on, all together: 16 MiB at most.
function passOn(length) {
  if get.isMetered() {
    set.passedOn(add(get.passedOn(), length))
    if gt(get.passedOn(), 0x1000000) { set.notRun(5) }
  }
}
