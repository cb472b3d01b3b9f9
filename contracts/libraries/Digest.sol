// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Poseidon digests as words
/// @notice A digest is eight KoalaBear elements of four big-endian bytes, element 0 first. Each must be below the modulus,
/// so that a digest has one encoding only.
library Digest {
    error DigestNotCanonical(bytes32 digest);

    uint256 private constant TOP_BITS = 0x8000000080000000800000008000000080000000800000008000000080000000;
    /// @dev 2^31 − p in every lane: adding it carries an element ≥ p into its lane's top bit.
    uint256 private constant GAPS = 0x00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff00ffffff;

    function isCanonical(bytes32 digest) internal pure returns (bool) {
        uint256 word = uint256(digest);
        // A carry from a lane needs an element ≥ 2^31, which the unshifted word already shows.
        unchecked {
            return (word | (word + GAPS)) & TOP_BITS == 0;
        }
    }

    function requireCanonical(bytes32 digest) internal pure {
        if (!isCanonical(digest)) revert DigestNotCanonical(digest);
    }
}
