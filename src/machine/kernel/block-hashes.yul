// The chain of the blocks' hashes (docs/protocol.md, section 11), and BLOCKHASH, which unrolls it.

// The first block whose hash can be asked for.
function hashesSince() -> block_ { block_ := load.current(machine.key(0, 0x800b, 8)) }

// An opening that forgets what is before it has 255 blocks without transactions behind it: nothing can ask for what it forgot.
function requireReach() {
  let since := hashesSince()
  if since { if lt(get.blockNumber(), add(since, 256)) { machine.panic(0x07) } }
}

// Takes the hash of the block before this one, which is the sequencer's word.
function foldParent() {
  let hash := machine.hint()
  if lt(sub(get.blockNumber(), 1), hashesSince()) { leave }
  set.blockHashes(foldedHash(get.blockHashes(), hash))
}

function foldedHash(digest, hash) -> folded {
  folded := machine.compress(20, digest, eightLimbs(and(hash, 0xffffffffffffffffffffffffffffffff)))
  folded := machine.compress(20, folded, eightLimbs(shr(128, hash)))
}

// The digest of which the elements are the eight limbs of 128 bits, the lowest first: limbs are exchanged, then moved apart.
function eightLimbs(v) -> elements {
  v := or(shl(64, and(v, 0xffffffffffffffff)), shr(64, v))
  let low := and(v, 0xffffffff00000000ffffffff)
  v := or(shl(32, low), and(shr(32, v), 0xffffffff00000000ffffffff))
  low := and(v, 0xffff0000ffff0000ffff0000ffff)
  v := or(shl(16, low), and(shr(16, v), 0xffff0000ffff0000ffff0000ffff))
  v := or(shl(128, shr(64, v)), and(v, 0xffffffffffffffff))
  v := or(shl(32, and(v, 0xffffffff000000000000000000000000ffffffff00000000)), and(v, 0xffffffff000000000000000000000000ffffffff))
  low := 0x0000ffff000000000000ffff000000000000ffff000000000000ffff
  elements := or(shl(16, and(v, shl(16, low))), and(v, low))
}

function blockHash_() -> ok {
  ok := charge(20)
  if ok {
    weigh(920)
    pushUser(blockHash(popUser()))
  }
}

// 0 for what is not among the last 256 blocks, or is older than the chain of hashes.
function blockHash(asked) -> hash {
  let at := sub(get.blockNumber(), 1)
  if and(eq(asked, at), get.hasUnnamedParent()) {
    set.notRun(6)
    leave
  }
  if or(gt(asked, at), lt(asked, hashesSince())) { leave }
  if gt(sub(at, asked), 255) { leave }
  let digest := get.blockHashes()
  at := sub(at, get.hasUnnamedParent())
  for {} 1 { at := sub(at, 1) } {
    hash := machine.foldedHash(digest)
    let before := machine.foldedBefore(digest)
    if sub(foldedHash(before, hash), digest) { machine.panic(0x26) }
    if eq(at, asked) { leave }
    digest := before
  }
}
