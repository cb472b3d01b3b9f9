// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";
import {SystemDescription} from "./Description.sol";
import {SecondField} from "./SecondField.sol";
import {SecondMemory} from "./SecondMemory.sol";
import {SecondPaths} from "./SecondPaths.sol";

/// @title State of a check
/// @dev Pointers are addresses in memory; lists have one word an entry.
struct ProofState {
    /// The next byte of the proof, and the address after the last one.
    uint256 cursor;
    uint256 end;
    uint256 logRows;
    uint256 layerCount;
    uint256 auxiliary;
    uint256 mainRoot;
    uint256 quotientRoot;
    uint256 openings;
    uint256 friRoots;
    uint256 finalPolynomial;
    uint256 nonce;
    /// Values of all columns at z, and of the leading ones at g·z.
    uint256 atPoint;
    uint256 atNext;
    uint256 publics;
    uint256 alpha;
    uint256 point;
    uint256 deep;
    /// Challenges of the FRI layers.
    uint256 folds;
    /// Positions, ascending, and the value that the proof must have at each.
    uint256 positions;
    uint256 values;
    uint256 count;
}

/// @title Evaluation domain of the columns or of a FRI layer
struct Domain {
    uint256 log;
    uint256 shift;
    uint256 root;
}

/// @title Opened rows and the DEEP polynomial
/// @notice F(x) = (S(x) − S(z))/(x − z) + a^columns · (T(x) − T(g·z))/(x − g·z), S = Σ a^i·fᵢ over all columns, T the same
/// over the leading ones.
/// @dev `unchecked`: addresses, counts and numbers of bits are below 2^32, and lanes are bounded as in `SecondField`.
library SecondOpenings {
    /// @notice Reads both trees of columns, and leaves the values of F in `values`.
    function check(SystemDescription memory d, ProofState memory s) internal pure {
        unchecked {
            uint256 quotientWidth = 5 * d.chunkCount;
            uint256 weights = _powers(s.deep, d.mainWidth + quotientWidth + 1);
            uint256 sums = SecondMemory.allocate(2 * s.count);
            for (uint256 i = 0; i < 2 * s.count; ++i) SecondMemory.store(sums + 32 * i, 0);
            _readTree(d, s, 0, sums, weights);
            _readTree(d, s, 1, sums, weights + 64 * d.mainWidth);
            _divide(d, s, sums, weights);
        }
    }

    /// @dev Powers 1, a, a², … in wide form.
    function _powers(uint256 a, uint256 count) private pure returns (uint256 cursor) {
        unchecked {
            cursor = SecondMemory.allocate(2 * count);
            uint256 power = 1;
            for (uint256 i = 0; i < count; ++i) {
                (uint256 low, uint256 high) = SecondField.widen(power);
                SecondMemory.store(cursor + 64 * i, low);
                SecondMemory.store(cursor + 64 * i + 32, high);
                power = SecondField.mul(power, a);
            }
        }
    }

    /// @dev Rows and paths of the tree of main columns (0) or of the quotient (1). Adds each row's S and T to its two words
    /// of `sums`.
    function _readTree(
        SystemDescription memory d,
        ProofState memory s,
        uint256 tree,
        uint256 sums,
        uint256 weights
    ) private pure {
        unchecked {
            (uint256 width, uint256 prefix) = tree == 0 ? (d.mainWidth, d.nextWidth) : (5 * d.chunkCount, 0);
            uint256 length = SecondMemory.packedLength(width);
            uint256 depth = s.logRows + d.logBlowup;
            uint256 siblings = s.cursor + length * s.count;
            uint256 rows = s.cursor;
            s.cursor = siblings + d.digestBytes * SecondPaths.siblingCount(s.positions, s.count, depth);
            if (s.cursor > s.end) revert IStarkVerifier.MalformedProof();
            for (uint256 i = 0; i < s.count; ++i) SecondMemory.requirePadding(rows + length * i, width);
            uint256 digests = SecondMemory.allocate(3 * s.count);
            for (uint256 i = 0; i < s.count; ++i) {
                uint256 row = rows + length * i;
                _addSums(sums + 64 * i, row, width, weights, prefix);
                assembly ("memory-safe") {
                    mstore(add(digests, shl(5, i)), keccak256(row, length))
                }
            }
            requireRoot(s.positions, digests, s.count, depth, siblings, d.digestBytes, tree == 0 ? s.mainRoot : s.quotientRoot, tree);
        }
    }

    /// @dev `digests` has room for two more words a leaf.
    function requireRoot(
        uint256 leaves,
        uint256 digests,
        uint256 count,
        uint256 depth,
        uint256 siblings,
        uint256 size,
        uint256 rootAt,
        uint256 tree
    ) internal pure {
        uint256 got = SecondPaths.root(leaves, digests, count, depth, siblings, size, digests + 32 * count);
        if ((got ^ SecondMemory.load(rootAt)) >> (256 - 8 * size) != 0) revert IStarkVerifier.MerkleMismatch(tree);
    }

    function _addSums(uint256 cursor, uint256 row, uint256 width, uint256 weights, uint256 prefix) private pure {
        (uint256 low, uint256 high, uint256 prefixLow, uint256 prefixHigh) = SecondMemory.weigh(row, width, weights, prefix);
        unchecked {
            // Lanes of both trees' sums stay below 2^33.
            SecondMemory.store(cursor, SecondMemory.load(cursor) + SecondField.narrow(low, high));
            SecondMemory.store(cursor + 32, SecondMemory.load(cursor + 32) + SecondField.narrow(prefixLow, prefixHigh));
        }
    }

    /// @dev Replaces the sums by values of F, with one inversion for all denominators.
    function _divide(SystemDescription memory d, ProofState memory s, uint256 sums, uint256 weights) private pure {
        unchecked {
            uint256 nextPoint = SecondField.scale(s.point, SecondField.rootOfUnity(s.logRows));
            uint256 columns = d.mainWidth + 5 * d.chunkCount;
            uint256 atPoint = _combine(s.atPoint, columns, s.deep);
            uint256 atNext = _combine(s.atNext, d.nextWidth, s.deep);
            uint256 nextWeight = SecondField.narrow(
                SecondMemory.load(weights + 64 * columns),
                SecondMemory.load(weights + 64 * columns + 32)
            );
            uint256 count = 2 * s.count;
            Domain memory domain = domainOf(s.logRows + d.logBlowup, SecondField.GENERATOR);
            uint256 differences = SecondMemory.allocate(count);
            for (uint256 i = 0; i < count; i += 2) {
                uint256 x = pointAt(domain, SecondMemory.load(s.positions + 16 * i));
                SecondMemory.store(differences + 32 * i, SecondField.sub(x, s.point));
                SecondMemory.store(differences + 32 * i + 32, SecondField.sub(x, nextPoint));
            }
            invertAll(differences, count);
            s.values = SecondMemory.allocate(s.count);
            for (uint256 i = 0; i < s.count; ++i) {
                uint256 first = SecondField.sub(SecondMemory.load(sums + 64 * i), atPoint);
                uint256 second = SecondField.sub(SecondMemory.load(sums + 64 * i + 32), atNext);
                first = SecondField.mul(first, SecondMemory.load(differences + 64 * i));
                second = SecondField.mul(second, SecondMemory.load(differences + 64 * i + 32));
                second = SecondField.mul(second, nextWeight);
                SecondMemory.store(s.values + 32 * i, SecondField.reduce(first + second));
            }
        }
    }

    /// @dev Σ aⁱ·valueᵢ, from the last value to the first.
    function _combine(uint256 values, uint256 count, uint256 a) private pure returns (uint256 sum) {
        unchecked {
            for (uint256 i = count; i != 0; --i) sum = SecondField.mul(sum, a) + SecondMemory.load(values + 32 * i - 32);
            sum = SecondField.reduce(sum);
        }
    }

    /// @notice Inverts a list of elements in memory; no element is zero.
    function invertAll(uint256 cursor, uint256 count) internal pure {
        unchecked {
            uint256 before = SecondMemory.allocate(count);
            uint256 product = 1;
            for (uint256 i = 0; i < count; ++i) {
                SecondMemory.store(before + 32 * i, product);
                product = SecondField.mul(product, SecondMemory.load(cursor + 32 * i));
            }
            uint256 inverse = SecondField.inverse(product);
            for (uint256 i = count; i != 0; --i) {
                uint256 element = SecondMemory.load(cursor + 32 * i - 32);
                SecondMemory.store(cursor + 32 * i - 32, SecondField.mul(inverse, SecondMemory.load(before + 32 * i - 32)));
                inverse = SecondField.mul(inverse, element);
            }
        }
    }

    /// @notice The coset shift·⟨ω⟩, ω of order 2^log.
    function domainOf(uint256 log, uint256 shift) internal pure returns (Domain memory) {
        return Domain(log, shift, SecondField.rootOfUnity(log));
    }

    /// @notice Point of a position: shift · ω^(the position's bits reversed), so its highest bit adds ω, and each lower one the
    /// square of the factor before.
    function pointAt(Domain memory domain, uint256 position) internal pure returns (uint256 x) {
        unchecked {
            x = domain.shift;
            uint256 factor = domain.root;
            for (uint256 bit = (1 << domain.log) >> 1; bit != 0; bit >>= 1) {
                if (position & bit != 0) x = mulmod(x, factor, SecondField.P);
                factor = mulmod(factor, factor, SecondField.P);
            }
        }
    }

    function reverseBits(uint256 value, uint256 count) internal pure returns (uint256 reversed) {
        unchecked {
            for (; count != 0; --count) {
                reversed = (reversed << 1) | (value & 1);
                value >>= 1;
            }
        }
    }
}
