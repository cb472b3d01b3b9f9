// CALL, CALLCODE, DELEGATECALL and STATICCALL. Answers 1, or 0 for an exceptional halt of the caller.

function call_(opcode) -> ok {
  let wanted := popUser()
  let account := popAccount()
  let v := 0
  if lt(opcode, 0xf3) { v := popUser() }
  if and(eq(opcode, 0xf1), gt(v, 0)) { if frame.isStatic() { leave } }
  if iszero(popRanges()) { leave }
  let cost := add(100, dataGas(and(get.callInput(), 0xffffffff)))
  let id := 0
  switch isPrecompile(account)
  case 0 {
    id := headerOf(account)
    if touch(id) { cost := add(cost, 2500) }
  }
  default { if v { id := headerOf(account) } }
  if v {
    cost := add(cost, 9000)
    if eq(opcode, 0xf1) { if isEmpty(account, id) { cost := add(cost, 25000) } }
  }
  if iszero(charge(cost)) { leave }
  let delegate_ := delegateTo(account)
  if delegate_ { if iszero(charge(accountGas(and(delegate_, 0xffffffffffffffffffffffffffffffffffffffff)))) { leave } }
  ok := 1
  // No code is loaded that is not paid for.
  meterCallOf(account, id, delegate_)
  if or(get.notRun(), get.isSpent()) { leave }
  let code := codeOf(account)
  if delegate_ { code := delegatedCode(and(delegate_, 0xffffffffffffffffffffffffffffffffffffffff)) }
  let given := gas()
  given := sub(given, shr(6, given))
  if lt(wanted, given) { given := wanted }
  pop(charge(given))
  if v { given := add(given, 2300) }
  if cannotCall(v) {
    giveBack(given, 0)
    leave
  }
  passOn(and(get.callInput(), 0xffffffff))
  set.mark(get.journalLength())
  if isPrecompile(account) {
    if eq(opcode, 0xf1) { pop(transfer(frame.headerId(), id, v)) }
    callPrecompile(account, given)
    if v { keepBalance() }
    leave
  }
  if iszero(code) {
    if eq(opcode, 0xf1) { pop(transfer(frame.headerId(), id, v)) }
    giveBack(given, 1)
    if v { keepBalance() }
    leave
  }
  enterCall(opcode, account, id, v)
  setFrame.keptUnits(lendUnits(given))
  machine.setGas(given)
  runCode(code)
}

// Input and room for output, kept in variables because the stack is short.
function popRanges() -> ok {
  let offset := popUser()
  let length := popUser()
  if iszero(expand(offset, length)) { leave }
  if iszero(length) { offset := 0 }
  set.callInput(slice(get.frame(), offset, length))
  offset := popUser()
  length := popUser()
  if iszero(expand(offset, length)) { leave }
  if iszero(length) { offset := 0 }
  set.callOutput(slice(get.frame(), offset, length))
  ok := 1
}

function cannotCall(v) -> bad {
  bad := gt(frame.depth(), 1023)
  if lt(frame.balance(), v) { bad := 1 }
}

// A call that ran no code: its gas returns, and it returned nothing.
function giveBack(given, result) {
  machine.setGas(add(gas(), given))
  setFrame.returned(0)
  pushUser(result)
}

// The callee's frame from the caller's, with the value moved.
function enterCall(opcode, account, id, v) {
  let depth := frame.depth()
  let static := frame.isStatic()
  let own := frame.address()
  let header := frame.headerId()
  switch opcode
  case 0xf4 {
    let caller_ := frame.caller()
    v := frame.callValue()
    pushFrame()
    setFrame.address(own)
    setFrame.caller(caller_)
    setFrame.headerId(header)
  }
  case 0xf2 {
    pushFrame()
    setFrame.address(own)
    setFrame.caller(own)
    setFrame.headerId(header)
  }
  default {
    if eq(opcode, 0xfa) { static := 1 }
    pop(transfer(header, id, v))
    pushFrame()
    setFrame.address(account)
    setFrame.caller(own)
    setFrame.headerId(id)
  }
  keepBalance()
  setFrame.callValue(v)
  setFrame.isStatic(static)
  setFrame.depth(add(depth, 1))
}

function pushFrame() {
  let parent := get.frame()
  machine.enterFrame(newFrame())
  setFrame.parent(parent)
  setFrame.input(get.callInput())
  setFrame.output(get.callOutput())
  setFrame.mark(get.mark())
  setFrame.refund(get.refund())
}
