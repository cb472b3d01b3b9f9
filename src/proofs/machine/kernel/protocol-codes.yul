// Precompiled contracts that are bytecode (src/proofs/machine/protocol-codes): user mode runs it in a frame of its own, with the input as call
// data and its address as value. It may only return and revert. What it takes of gas is no caller's: its price is the precompiled contract's, or that of its units.

// With some input. 0x06 and 0x07 have one code.
function runByCode(account, given, input, output) -> left, length {
  let cost := not(0)
  let place := account
  let digest := protocol.points()
  switch account
  case 0x03 {
    cost := add(600, mul(120, shr(5, add(and(input, 0xffffffff), 31))))
    digest := protocol.ripemd160()
  }
  case 0x06 { cost := 150 }
  case 0x07 {
    cost := 6000
    place := 0x06
  }
  case 0x09 {
    // Of another length, or with another last byte, it fails whatever gas there is.
    if eq(and(input, 0xffffffff), 213) {
      if lt(byte(0, inputWord(input, 212)), 2) { cost := shr(224, inputWord(input, 0)) }
    }
    digest := protocol.blake2()
  }
  // No proof covers it: it fails, and takes all of its gas.
  default { }
  left := not(0)
  if lt(given, cost) { leave }
  let ok
  length, ok := runProtocolCode(account, place, digest, given, input, output)
  if ok { left := leftInFrame(given, cost) }
}

// The code with this digest, which is kept at a place; its bytes are the witness's, as any code's. Without success the contract fails.
function runProtocolCode(account, place, digest, given, input, output) -> length, ok {
  let code := load.protocolCode(place)
  if iszero(code) {
    code := loadCode(digest)
    store.protocolCode(place, code)
  }
  let own := get.frame()
  let id := newFrame()
  machine.enterFrame(id)
  setFrame.input(input)
  setFrame.callValue(account)
  machine.setGas(get.protocolGas())
  runCode(code)
  let units := get.nativeLeft()
  switch machine.run()
  case 0xf3 {
    let offset := popUser()
    length := popUser()
    if length { pop(machine.copy(pointer(output, 0), pointer(id, offset), length)) }
    ok := 1
  }
  case 0xfd {}
  case 0x0c { noteSpent() }
  // More than a transaction has for this: several times of what a proof can hold.
  default { machine.panic(0x21) }
  set.protocolPrice(gasOfUnits(sub(units, get.nativeLeft())))
  set.protocolGas(gas())
  machine.enterFrame(own)
}

// What is left of a protocol code's gas, which takes the larger of two prices; 2^256 - 1 if the gas is less.
function leftInFrame(given, cost) -> left {
  if lt(cost, get.protocolPrice()) { cost := get.protocolPrice() }
  left := not(0)
  if iszero(lt(given, cost)) { left := sub(given, cost) }
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
