// Frames: the first of a transaction, the loop that serves what user code asks for, and the end of each.

function callTarget(sender, gasLimit) {
  let target := get.target()
  let code := 0
  switch get.isCreation()
  case 1 { target := creationAddress(sender, get.nonce()) }
  default { code := codeOf(target) }
  let id := headerOf(target)
  pop(touch(id))
  set.mark(get.journalLength())
  set.status(0)
  set.gasLeft(0)
  if get.isCreation() {
    if prepareCreation(target, id) { leave }
    if get.inputLength() { code := or(get.inputFrame(), shl(16, get.inputLength())) }
  }
  if shr(48, code) {
    let delegate_ := delegateOf(code)
    // Warm from now on; a transaction itself pays nothing for that.
    pop(accountGas(delegate_))
    code := delegatedCode(delegate_)
  }
  if iszero(transfer(get.senderId(), id, get.value())) { machine.panic(0x1b) }
  if isPrecompile(target) {
    callPrecompileDirectly(target, gasLimit)
    leave
  }
  if iszero(code) {
    set.status(1)
    set.gasLeft(gasLimit)
    leave
  }
  machine.enterFrame(newFrame())
  setFrame.address(target)
  setFrame.caller(sender)
  setFrame.callValue(get.value())
  setFrame.headerId(id)
  keepBalance()
  setFrame.mark(get.mark())
  setFrame.refund(get.refund())
  setFrame.isCreation(get.isCreation())
  if iszero(get.isCreation()) { setFrame.input(slice(get.inputFrame(), 0, get.inputLength())) }
  machine.setGas(gasLimit)
  runCode(code)
  serve()
}

// Where a byte of a frame's memory is, for mload and the like: frame << 32, offset. Frame 0 is the kernel's own memory.
function pointer(frameId, offset) -> p { p := or(shl(32, frameId), offset) }

// Bytes of a frame's memory, by reference: pointer << 32, length.
function slice(frameId, offset, length) -> reference {
  reference := or(shl(32, pointer(frameId, offset)), length)
}

// Ends with the first frame, or where an operation comes to what it must not do.
function serve() {
  for {} iszero(get.notRun()) {} {
    let opcode := machine.run()
    switch lt(opcode, 0x80)
    case 1 { if serveState(opcode) { leave } }
    default { if serveFrames(opcode) { leave } }
  }
}

function serveState(opcode) -> done {
  let ok := 0
  switch opcode
  case 0x54 { ok := sload_() }
  case 0x55 { ok := sstore_() }
  case 0x5c { ok := tload_() }
  case 0x5d { ok := tstore_() }
  case 0x00 {
    weighStop()
    done := exitFrame(1, 0, 0)
    leave
  }
  case 0x31 { ok := balance_() }
  case 0x3b { ok := extCodeSize_() }
  case 0x3f { ok := extCodeHash_() }
  case 0x3c { ok := extCodeCopy_() }
  case 0x44 { ok := prevRandao_() }
  case 0x40 { ok := blockHash_() }
  // The frame's units are spent.
  case 0x0c { noteSpent() }
  done := endIfHalted(ok)
}

// An instruction has halted its frame, or has taken more units than the frame has.
function endIfHalted(ok) -> done {
  if or(iszero(ok), get.isSpent()) { done := exitFrame(0, 0, 0) }
}

function serveFrames(opcode) -> done {
  let ok := 0
  switch opcode
  case 0xf1 { ok := call_(opcode) }
  case 0xfa { ok := call_(opcode) }
  case 0xf3 {
    done := return_(1)
    leave
  }
  case 0xf4 { ok := call_(opcode) }
  case 0xfd {
    done := return_(2)
    leave
  }
  case 0xa0 { ok := log_(0) }
  case 0xa1 { ok := log_(1) }
  case 0xa2 { ok := log_(2) }
  case 0xa3 { ok := log_(3) }
  case 0xa4 { ok := log_(4) }
  case 0xf0 { ok := create_(opcode) }
  case 0xf5 { ok := create_(opcode) }
  case 0xf2 { ok := call_(opcode) }
  case 0xff {
    done := exitFrame(selfDestruct_(), 0, 0)
    leave
  }
  done := endIfHalted(ok)
}

function return_(status) -> done {
  let offset := popUser()
  let length := popUser()
  switch expand(offset, length)
  case 0 { done := exitFrame(0, 0, 0) }
  default {
    if iszero(length) { offset := 0 }
    weighEnd(status)
    meterOutput(frame.output(), length)
    done := exitFrame(status, offset, length)
  }
}

// Status: 1 success, 2 revert, 0 exceptional halt. The output is [offset, offset + length) of the frame's memory.
function exitFrame(status, offset, length) -> done {
  let id := get.frame()
  let creation := frame.isCreation()
  if and(creation, eq(status, 1)) { status := deposit(id, offset, length) }
  if get.isSpent() {
    spendFrame()
    status := 0
  }
  let left := mul(gas(), gt(status, 0))
  if sub(status, 1) {
    rollBack(frame.mark())
    set.refund(frame.refund())
    if iszero(status) { length := 0 }
  }
  let parent := frame.parent()
  if iszero(parent) {
    set.gasLeft(left)
    set.status(status)
    done := 1
    leave
  }
  let output := frame.output()
  let account := frame.address()
  returnUnits(frame.keptUnits())
  machine.enterFrame(parent)
  keepBalance()
  machine.setGas(add(gas(), left))
  switch creation
  case 0 {
    pushUser(eq(status, 1))
    copyOutput(output, slice(id, offset, length))
  }
  default {
    pushUser(mul(account, eq(status, 1)))
    if sub(status, 2) { length := 0 }
    setFrame.returned(slice(id, offset, length))
  }
}

// Takes gas of the current frame; answers 0, and takes nothing, when it has less.
function charge(amount) -> ok {
  let left := gas()
  if iszero(lt(left, amount)) {
    ok := 1
    machine.setGas(sub(left, amount))
  }
}

// Keeps what a call returned, and copies as much of it as the caller made room for.
function copyOutput(room, returned) {
  setFrame.returned(returned)
  let n := and(room, 0xffffffff)
  let length := and(returned, 0xffffffff)
  if gt(n, length) { n := length }
  if n { pop(machine.copy(shr(32, room), shr(32, returned), n)) }
}

// Stores a creation's code: EIP-170, 3541 and 200 gas a byte. Answers the frame's status.
function deposit(id, offset, length) -> status {
  if gt(length, 24576) { leave }
  if length { if eq(byte(0, mload(pointer(id, offset))), 0xef) { leave } }
  status := charge(mul(200, length))
  if and(status, gt(length, 0)) {
    meterDeposit(id, offset, length)
    if iszero(get.isSpent()) { setCode(frame.address(), id, offset, length) }
  }
}
