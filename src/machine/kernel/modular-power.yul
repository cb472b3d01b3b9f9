// EIP-198 with EIP-7883's price, for numbers of up to 32 bytes.

function modularPower(given, input, output) -> left, length {
  left := not(0)
  readInput(input, output, 192)
  let baseSize := mload(0xc00)
  let exponentSize := mload(0xc20)
  let modulusSize := mload(0xc40)
  if or(or(gt(baseSize, 32), gt(exponentSize, 32)), gt(modulusSize, 32)) { machine.panic(0x22) }
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
  mstore(pointer(output, 0), shl(sub(256, shl(3, length)), power(base, exponent, modulus)))
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
