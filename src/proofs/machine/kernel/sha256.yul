// SHA-256 (FIPS 180-4): the compression function is an instruction of the machine, padding and the order of blocks are here.

function sha256(p, length) -> hash {
  hash := 0x6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19
  let left := length
  for { } gt(left, 63) { left := sub(left, 64) } {
    hash := machine.sha256Block(hash, mload(p), mload(add(p, 32)))
    p := add(p, 64)
  }
  // What is left, a bit that is set, zeros, and the length in bits, which may need a block of its own.
  let first := paddedWord(p, left)
  let second := paddedWord(add(p, 32), sub(left, 32))
  if gt(left, 55) {
    hash := machine.sha256Block(hash, first, second)
    first := 0
    second := 0
  }
  hash := machine.sha256Block(hash, first, or(second, shl(3, length)))
}

// 32 bytes at `p`, of which `left` belong to the message, a signed number: behind them a bit that is set and zeros.
function paddedWord(p, left) -> v {
  switch slt(left, 32)
  case 0 { v := mload(p) }
  default {
    if slt(left, 0) { leave }
    let behind := shl(3, sub(32, left))
    v := or(shl(behind, shr(behind, mload(p))), shl(sub(behind, 8), 0x80))
  }
}
