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
  for { let at := 0 } lt(at, length) { at := add(at, 32) } {
    let v := machine.codeWord(digest, at)
    let rest := sub(length, at)
    if lt(rest, 32) {
      let missing := shl(3, sub(32, rest))
      v := shl(missing, shr(missing, v))
    }
    mstore(add(p, at), v)
  }
  if sub(codeDigest(p, length), digest) { machine.panic(0x24) }
  code := or(id, shl(16, length))
  if eq(length, 23) { if eq(shr(232, mload(p)), 0xef0100) { code := or(code, shl(48, 1)) } }
}

// C_code (docs/protocol.md, section 1): a chain of compressions over blocks of eight elements, of the length and three bytes each.
function codeDigest(p, length) -> digest {
  digest := machine.compress(7, 0, eightElements(or(shl(168, length), bytesAt(p, length, 21))))
  for { let at := 21 } lt(at, length) { at := add(at, 24) } {
    digest := machine.compress(7, digest, eightElements(bytesAt(add(p, at), sub(length, at), 24)))
  }
}

// A number of `size` bytes, of which the first `rest` are those of the memory and all behind them 0.
function bytesAt(p, rest, size) -> v {
  v := shr(sub(256, shl(3, size)), mload(p))
  if lt(rest, size) {
    let missing := shl(3, sub(size, rest))
    v := shl(missing, shr(missing, v))
  }
}

// Eight numbers of 24 bits, each of 32: halves, quarters and eighths are moved apart.
function eightElements(v) -> elements {
  v := or(shl(128, shr(96, v)), and(v, 0xffffffffffffffffffffffff))
  let high := and(v, 0x00000000ffffffffffff00000000000000000000ffffffffffff000000000000)
  v := or(shl(16, high), and(v, 0x00000000000000000000ffffffffffff00000000000000000000ffffffffffff))
  high := and(v, 0x0000ffffff0000000000ffffff0000000000ffffff0000000000ffffff000000)
  elements := or(shl(8, high), and(v, 0x0000000000ffffff0000000000ffffff0000000000ffffff0000000000ffffff))
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
