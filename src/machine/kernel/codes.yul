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

function loadCode(digest) -> code {
  let id := newFrame()
  let length := machine.loadCode(id, digest)
  code := or(id, shl(16, length))
  if eq(length, 23) { if eq(shr(232, mload(pointer(id, 0))), 0xef0100) { code := or(code, shl(48, 1)) } }
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
  setCurrent(machine.key(3, account, 0), machine.codeDigest(p, length))
}
