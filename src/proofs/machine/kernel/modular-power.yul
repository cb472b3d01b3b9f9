// EIP-198 with EIP-7883's price and EIP-7823's limit of 1,024 bytes a number.

function modularPower(given, input, output) -> left, length {
  left := not(0)
  readInput(input, output, 192)
  let baseSize := mload(0xc00)
  let exponentSize := mload(0xc20)
  let modulusSize := mload(0xc40)
  if or(or(gt(baseSize, 32), gt(exponentSize, 32)), gt(modulusSize, 32)) {
    left, length := largePower(given, input, output)
    leave
  }
  let base := operand(0xc60, baseSize)
  let exponent := operand(add(0xc60, baseSize), exponentSize)
  let modulus := operand(add(add(0xc60, baseSize), exponentSize), modulusSize)
  // 16 for operands of up to 32 bytes, for each bit of the exponent after its first.
  let bits := 1
  if gt(exponent, 1) { bits := sub(255, clz(exponent)) }
  let cost := shl(4, bits)
  if lt(cost, 500) { cost := 500 }
  if lt(given, cost) { leave }
  left := sub(given, cost)
  length := modulusSize
  if iszero(length) { leave }
  if meterPower(bits) { leave }
  mstore(pointer(output, 0), shl(sub(256, shl(3, length)), power(base, exponent, modulus)))
}

// With some number of more than 32 bytes, by a protocol code.
function largePower(given, input, output) -> left, length {
  left := not(0)
  let cost := largePowerCost(input)
  if lt(given, cost) { leave }
  length := mload(0xc40)
  if iszero(length) {
    left := sub(given, cost)
    leave
  }
  let ok
  length, ok := runProtocolCode(0x05, 0x05, protocol.power(), given, input, output)
  if ok { left := leftInFrame(given, cost) }
}

// More than any gas where a number is too large.
function largePowerCost(input) -> cost {
  cost := not(0)
  let longest := mload(0xc00)
  let exponentSize := mload(0xc20)
  let head := add(96, longest)
  if gt(mload(0xc40), longest) { longest := mload(0xc40) }
  if or(gt(longest, 1024), gt(exponentSize, 1024)) { leave }
  head := inputWord(input, head)
  let turns := 0
  switch gt(exponentSize, 32)
  case 0 { head := shr(sub(256, shl(3, exponentSize)), head) }
  default { turns := shl(4, sub(exponentSize, 32)) }
  if head { turns := add(turns, sub(255, clz(head))) }
  if iszero(turns) { turns := 1 }
  let complexity := 16
  if gt(longest, 32) {
    longest := shr(3, add(longest, 7))
    complexity := shl(1, mul(longest, longest))
  }
  cost := mul(complexity, turns)
  if lt(cost, 500) { cost := 500 }
}

// A big-endian number of up to 32 bytes.
function operand(p, size) -> v {
  if size { v := shr(sub(256, shl(3, size)), mload(p)) }
}

function power(base, exponent, modulus) -> result {
  result := mod(1, modulus)
  let squared := mulmod(base, base, modulus)
  // Two bits a turn: a turn's end takes as many rows as a product.
  for { let left := and(sub(257, clz(exponent)), 0x1fe) } left {} {
    left := sub(left, 2)
    result := mulmod(result, result, modulus)
    result := mulmod(result, result, modulus)
    switch and(shr(left, exponent), 3)
    case 0 {}
    case 1 { result := mulmod(result, base, modulus) }
    case 2 { result := mulmod(result, squared, modulus) }
    default { result := mulmod(result, mulmod(squared, base, modulus), modulus) }
  }
}
