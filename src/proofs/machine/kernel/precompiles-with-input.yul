// Precompiled contracts with input that have no table: those of BN254 are the kernel's code, all others bytecode.

function runWithInput(account, given, input, output) -> left, length {
  switch account
  case 0x06 { left, length := sumOfPoints(given, input, output) }
  case 0x07 { left, length := multipleOfPoint(given, input, output) }
  case 0x08 { left, length := pairing(given, input, output) }
  default { left, length := runByCode(account, given, input, output) }
}
