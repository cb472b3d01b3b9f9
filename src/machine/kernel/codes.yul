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
  let length := machine.codeLength(digest)
  if shr(24, length) { machine.panic(0x24) }
  let p := pointer(id, 0)
  let whole := and(length, 0xffffe0)
  for { let at := 0 } lt(at, whole) { at := add(at, 32) } { mstore(add(p, at), machine.codeWord(digest, at)) }
  if sub(length, whole) {
    let missing := shl(3, sub(32, sub(length, whole)))
    mstore(add(p, whole), shl(missing, shr(missing, machine.codeWord(digest, whole))))
  }
  if sub(codeDigest(p, length), digest) { machine.panic(0x24) }
  code := or(id, shl(16, length))
  if eq(length, 23) { if eq(shr(232, mload(p)), 0xef0100) { code := or(code, shl(48, 1)) } }
}

// C_code (docs/protocol.md, section 1): a chain of compressions over blocks of eight elements, of the length and three bytes each.
function codeDigest(p, length) -> digest {
  let end := add(p, length)
  let v := or(shl(168, length), shr(88, mload(p)))
  p := add(p, 21)
  for { } 1 { } {
    // Behind the code's end its bytes count as 0.
    if gt(p, end) {
      let behind := shl(3, sub(p, end))
      v := shl(behind, shr(behind, v))
    }
    // Eight numbers of 24 bits, each of 32: upper halves, quarters and eighths are added as often as moves them up.
    v := add(v, mul(0xffffffff000000000000000000000000, shr(96, v)))
    v := add(v, mul(0xffff, and(0x00000000ffffffffffff00000000000000000000ffffffffffff000000000000, v)))
    v := add(v, mul(0xff, and(0x0000ffffff0000000000ffffff0000000000ffffff0000000000ffffff000000, v)))
    digest := machine.compress(7, digest, v)
    if iszero(lt(p, end)) { leave }
    v := shr(64, mload(p))
    p := add(p, 24)
  }
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
