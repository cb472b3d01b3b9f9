// Codes are memories: a code has a frame's number that is never entered, and its bytes lie in that frame's memory from 0 on. A code is
// named by a word: that number, length << 16, 1 << 48 if it is a delegation. 0 without code. Frame 1 is the memory without bytes.

// An account's code. It is loaded again only where the account's digest is another than when it was loaded last.
function codeOf(account) -> code {
  let id := machine.key(3, account, 0)
  let digest := load.current(id)
  if digest {
    code := load.code(id)
    if sub(load.codeDigest(id), digest) {
      code := loadCode(digest)
      store.code(id, code)
      store.codeDigest(id, digest)
    }
  }
}

// Its length and words are the prover's, until they have the digest. Behind the code's end the memory stays 0.
function loadCode(digest) -> code {
  let id := newFrame()
  let told := machine.codeLength(digest)
  let length := lengthAsTold(told)
  let p := pointer(id, 0)
  let whole := and(length, 0xffffe0)
  let at := 0
  // Four words a turn: a turn's end takes as many rows as a word.
  for { let most := and(length, 0xffff80) } lt(at, most) { at := add(0x80, at) } {
    let to := add(p, at)
    mstore(to, machine.codeWord(digest, at))
    mstore(add(0x20, to), machine.codeWord(digest, add(0x20, at)))
    mstore(add(0x40, to), machine.codeWord(digest, add(0x40, at)))
    mstore(add(0x60, to), machine.codeWord(digest, add(0x60, at)))
  }
  for { } lt(at, whole) { at := add(0x20, at) } { mstore(add(p, at), machine.codeWord(digest, at)) }
  if sub(length, whole) {
    let missing := shl(3, sub(32, sub(length, whole)))
    mstore(add(p, whole), shl(missing, shr(missing, machine.codeWord(digest, whole))))
  }
  if sub(digestAsTold(p, told), digest) { machine.panic(0x24) }
  code := or(id, shl(16, length))
  if eq(length, 23) { if eq(shr(232, mload(p)), 0xef0100) { code := or(code, shl(48, 1)) } }
}

// C_code with the length first, its older form (docs/protocol.md, section 1): a chain of compressions over blocks of eight elements,
// of the length and three bytes each. A block is in the upper 24 bytes of a word.
function lengthFirstDigest(p, length) -> digest {
  let end := add(p, length)
  let v := or(shl(232, length), shr(24, mload(p)))
  p := add(21, p)
  // Six blocks a turn, while another one follows them.
  for { } lt(add(120, p), end) { p := add(144, p) } {
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, v), mload(p))
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, mload(add(24, p))), mload(add(48, p)))
    digest := machine.compress(0x10007, machine.compress(0x10007, digest, mload(add(72, p))), mload(add(96, p)))
    v := mload(add(120, p))
  }
  for { } lt(p, end) { p := add(24, p) } {
    digest := machine.compress(0x10007, digest, v)
    v := mload(p)
  }
  // Behind the code's end its bytes count as 0.
  if gt(p, end) {
    let behind := add(64, shl(3, sub(p, end)))
    v := shl(behind, shr(behind, v))
  }
  digest := machine.compress(0x10007, digest, v)
}

function codeLength(code) -> length { length := and(shr(16, code), 0xffffffff) }

function makeCode(p, length) -> code {
  let id := newFrame()
  pop(machine.copy(pointer(id, 0), p, length))
  code := or(id, shl(16, length))
}

// Into the current frame's memory. Behind a code's end all bytes are 0, as they are in frame 1.
function copyCode(code, to, from, length) {
  if length {
    let size := codeLength(code)
    if gt(from, size) { from := size }
    let id := and(code, 0xffff)
    if iszero(id) { id := 1 }
    pop(machine.copy(pointer(get.frame(), to), pointer(id, from), length))
  }
}

// The current frame runs a code from its start, with an empty stack.
function runCode(code) { setFrame.position(shl(48, code)) }

// What an account delegates to, with 1 << 160, or 0. No code is loaded for that but a designation.
function delegateTo(account) -> delegate_ {
  if eq(lengthOf(account), 23) {
    let code := codeOf(account)
    if shr(48, code) { delegate_ := or(shl(160, 1), delegateOf(code)) }
  }
}

function delegateOf(code) -> account {
  account := and(shr(72, mload(pointer(and(code, 0xffff), 0))), 0xffffffffffffffffffffffffffffffffffffffff)
}

// What a delegation runs: nothing at a precompile. Delegated once more, it runs the designator itself, whose first byte is invalid.
function delegatedCode(target) -> code {
  if iszero(isPrecompile(target)) { code := and(codeOf(target), 0xffffffffffff) }
}

function setCode(account, frameId, offset, length) {
  let p := pointer(frameId, offset)
  setCurrent(machine.key(2, account, 0), keccak256(p, length))
  setCurrent(machine.key(3, account, 0), machine.keepCode(p, length, codeDigest(p, length)))
}
