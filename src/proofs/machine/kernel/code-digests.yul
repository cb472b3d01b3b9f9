// Digests of codes: the length comes last. The older form, length first, is read for good, and never written.

// C_21 of the chain over the code's bytes, three an element, with its length. A block of eight is in the upper 24 bytes of a word.
function codeDigest(p, length) -> digest {
  let end := add(p, length)
  // Six blocks a turn, while another one follows them.
  for { } lt(add(144, p), end) { p := add(144, p) } {
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, mload(p)), mload(add(24, p)))
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, mload(add(48, p))), mload(add(72, p)))
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, mload(add(96, p))), mload(add(120, p)))
  }
  for { } lt(p, end) { p := add(24, p) } {
    let v := mload(p)
    // Behind the code's end its bytes count as 0.
    if gt(add(24, p), end) {
      let behind := add(64, shl(3, sub(add(24, p), end)))
      v := shl(behind, shr(behind, v))
    }
    digest := machine.compress(0x10007, digest, v)
  }
  digest := machine.compress(21, digest, shl(224, length))
}

// What the witness tells of a code: its length, with 1 << 24 where the digest has the older form.
function lengthAsTold(told) -> length {
  if shr(25, told) { machine.panic(0x24) }
  length := and(told, 0xffffff)
}

// Length of an account's code, which need not be loaded: the digest's last compression has it.
function lengthOf(account) -> length {
  let id := machine.key(3, account, 0)
  let digest := load.current(id)
  if iszero(digest) { leave }
  if eq(load.codeDigest(id), digest) {
    length := codeLength(load.code(id))
    leave
  }
  let told := machine.codeLength(digest)
  length := lengthAsTold(told)
  switch shr(24, told)
  case 0 {
    // The chain over the code's bytes is the prover's, until it has the digest.
    if sub(machine.compress(21, machine.codeWord(digest, 0x1000000), shl(224, length)), digest) { machine.panic(0x24) }
  }
  default { length := codeLength(codeOf(account)) }
}

function digestAsTold(p, told) -> digest {
  let length := and(told, 0xffffff)
  switch shr(24, told)
  case 0 { digest := codeDigest(p, length) }
  default { digest := lengthFirstDigest(p, length) }
}
