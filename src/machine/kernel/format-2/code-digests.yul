// Digests of codes in format 2: the length comes first, and what the witness tells of a code is its length.

function codeDigest(p, length) -> digest { digest := lengthFirstDigest(p, length) }

function lengthAsTold(told) -> length {
  if shr(24, told) { machine.panic(0x24) }
  length := told
}

function lengthOf(account) -> length { length := codeLength(codeOf(account)) }

function digestAsTold(p, told) -> digest { digest := lengthFirstDigest(p, told) }
