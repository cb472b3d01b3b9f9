// Precompiled contracts that are bytecode (src/machine/protocol-codes): user mode runs it in a frame of its own, with the input as call
// data. It may only return and revert. What it takes of gas is no caller's: its price is the precompiled contract's.

// The code with this digest; its bytes are the witness's, as any code's. Without success the contract fails.
function runProtocolCode(account, digest, input, output) -> length, ok {
  let code := load.protocolCode(account)
  if iszero(code) {
    code := loadCode(digest)
    store.protocolCode(account, code)
  }
  let own := get.frame()
  let id := newFrame()
  machine.enterFrame(id)
  setFrame.input(input)
  machine.setGas(get.protocolGas())
  runCode(code)
  switch machine.run()
  case 0xf3 {
    let offset := popUser()
    length := popUser()
    if length { pop(machine.copy(pointer(output, 0), pointer(id, offset), length)) }
    ok := 1
  }
  case 0xfd {}
  // More than a transaction has for this: several times of what a proof can hold.
  default { machine.panic(0x21) }
  set.protocolGas(gas())
  machine.enterFrame(own)
}

// A word of the input; what stands behind its end is 0.
function inputWord(input, at) -> v {
  let n := and(input, 0xffffffff)
  if iszero(lt(at, n)) { leave }
  v := mload(add(shr(32, input), at))
  if lt(sub(n, at), 32) {
    let behind := shl(3, sub(32, sub(n, at)))
    v := shl(behind, shr(behind, v))
  }
}
