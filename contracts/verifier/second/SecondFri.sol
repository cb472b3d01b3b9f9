// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStarkVerifier} from "../../interfaces/IStarkVerifier.sol";
import {SystemDescription} from "./Description.sol";
import {SecondField} from "./SecondField.sol";
import {SecondMemory} from "./SecondMemory.sol";
import {Domain, ProofState, SecondOpenings} from "./SecondOpenings.sol";
import {SecondPaths} from "./SecondPaths.sol";

/// @title One opened layer of FRI
/// @dev Pointers are addresses in memory. `leaves` has an index a word, `cosets` all values of the leaves in turn.
struct FriLayer {
    uint256 number;
    uint256 arity;
    /// Inverses of the points of the layer's domain, at their positions.
    Domain inverses;
    uint256 leaves;
    uint256 cosets;
    uint256 count;
    /// Powers of the inverse of w, a root of unity whose order is the arity.
    uint256 roots;
    /// Room for the values of one leaf in wide form.
    uint256 wide;
}

/// @title FRI of the second verifier
/// @notice next(x^arity) = Σⱼ βʲ·x⁻ʲ · Σₖ vₖ·w^(−jk), vₖ the value at x·wᵏ: the fold without its division by the arity.
/// @dev `unchecked`: addresses, counts and numbers of bits are below 2^32, and lanes are bounded as in `SecondField`.
library SecondFri {
    uint256 private constant ELEMENT_BYTES = 20;

    /// @notice Reads every layer and leaves positions and values of the last fold in `s`.
    function check(SystemDescription memory d, ProofState memory s) internal pure {
        unchecked {
            FriLayer memory layer;
            layer.arity = 1 << d.logArity;
            layer.inverses = _inverses(
                SecondOpenings.domainOf(s.logRows + d.logBlowup, SecondField.GENERATOR)
            );
            layer.wide = SecondMemory.allocate(2 * layer.arity);
            layer.roots = _roots(layer.arity, d.logArity);
            for (; layer.number < s.layerCount; ++layer.number) {
                _readLayer(d, s, layer);
                _foldLayer(d, s, layer);
                layer.inverses = Domain(
                    layer.inverses.log - d.logArity,
                    SecondField.basePower(layer.inverses.shift, layer.arity),
                    SecondField.basePower(layer.inverses.root, layer.arity)
                );
            }
        }
    }

    /// @notice Reverts FinalPolynomialMismatch unless the polynomial in clear has the values of the last fold.
    function checkFinal(SystemDescription memory d, ProofState memory s) internal pure {
        unchecked {
            uint256 logDegree = s.logRows - s.layerCount * d.logArity;
            uint256 coefficients = s.finalPolynomial;
            uint256 shift = SecondField.basePower(SecondField.GENERATOR, 1 << (s.layerCount * d.logArity));
            Domain memory domain = SecondOpenings.domainOf(logDegree + d.logBlowup, shift);
            for (uint256 i = 0; i < s.count; ++i) {
                uint256 x = SecondOpenings.pointAt(domain, SecondMemory.load(s.positions + 32 * i));
                uint256 value = _evaluate(coefficients, 1 << logDegree, x);
                if (value != SecondMemory.load(s.values + 32 * i)) revert IStarkVerifier.FinalPolynomialMismatch();
            }
        }
    }

    /// @dev Value at a base point of coefficients in wide form. A sum of 2^17 products stays below 2^79.
    function _evaluate(uint256 coefficients, uint256 count, uint256 x) private pure returns (uint256) {
        uint256 low;
        uint256 high;
        assembly ("memory-safe") {
            let power := 1
            for {
                let end := add(coefficients, shl(6, count))
            } lt(coefficients, end) {
                coefficients := add(coefficients, 64)
            } {
                low := add(low, mul(power, mload(coefficients)))
                high := add(high, mul(power, mload(add(coefficients, 32))))
                power := mulmod(power, x, 0x7f000001)
            }
        }
        return SecondField.narrow(low, high);
    }

    function _inverses(Domain memory domain) private pure returns (Domain memory) {
        uint256 shift = SecondField.baseInverse(domain.shift);
        return Domain(domain.log, shift, SecondField.baseInverse(domain.root));
    }

    function _roots(uint256 count, uint256 log) private pure returns (uint256 cursor) {
        unchecked {
            cursor = SecondMemory.allocate(count);
            uint256 root = SecondField.baseInverse(SecondField.rootOfUnity(log));
            uint256 power = 1;
            for (uint256 i = 0; i < count; ++i) {
                SecondMemory.store(cursor + 32 * i, power);
                power = mulmod(power, root, SecondField.P);
            }
        }
    }

    /// @dev Length, elements, values of the fold before, root; in this order.
    function _readLayer(SystemDescription memory d, ProofState memory s, FriLayer memory layer) private pure {
        unchecked {
            _findLeaves(d, s, layer);
            uint256 depth = layer.inverses.log - d.logArity;
            uint256 sent = layer.count * (layer.arity - 1);
            uint256 elements = s.cursor;
            uint256 siblings = elements + ELEMENT_BYTES * sent;
            s.cursor = siblings + d.digestBytes * SecondPaths.siblingCount(layer.leaves, layer.count, depth);
            if (s.cursor > s.end) revert IStarkVerifier.MalformedProof();
            SecondMemory.requireExtensionPadding(elements, sent);
            _fillCosets(d, s, layer, elements);
            _compare(s, layer);
            uint256 digests = SecondMemory.allocate(3 * layer.count);
            for (uint256 i = 0; i < layer.count; ++i)
                SecondMemory.store(digests + 32 * i, _hashCoset(layer.cosets + 32 * layer.arity * i, layer.arity));
            uint256 rootAt = s.friRoots + d.digestBytes * layer.number;
            SecondOpenings.requireRoot(
                layer.leaves,
                digests,
                layer.count,
                depth,
                siblings,
                d.digestBytes,
                rootAt,
                2 + layer.number
            );
        }
    }

    function _findLeaves(SystemDescription memory d, ProofState memory s, FriLayer memory layer) private pure {
        unchecked {
            uint256 leaves = SecondMemory.allocate(s.count);
            uint256 count = 0;
            for (uint256 i = 0; i < s.count; ++i) {
                uint256 leaf = SecondMemory.load(s.positions + 32 * i) >> d.logArity;
                if (count != 0 && SecondMemory.load(leaves + 32 * count - 32) == leaf) continue;
                SecondMemory.store(leaves + 32 * count, leaf);
                ++count;
            }
            (layer.leaves, layer.count) = (leaves, count);
        }
    }

    /// @dev All values of the opened leaves. The one at a leaf's lowest position is not sent: it follows from the layer before.
    function _fillCosets(SystemDescription memory d, ProofState memory s, FriLayer memory layer, uint256 cursor) private pure {
        unchecked {
            uint256 target = SecondMemory.allocate(layer.count * layer.arity);
            layer.cosets = target;
            uint256 query = 0;
            for (uint256 i = 0; i < layer.count; ++i) {
                uint256 leaf = SecondMemory.load(layer.leaves + 32 * i);
                while (SecondMemory.load(s.positions + 32 * query) >> d.logArity != leaf) ++query;
                uint256 derived = SecondMemory.load(s.positions + 32 * query) & (layer.arity - 1);
                for (uint256 j = 0; j < layer.arity; ++j) {
                    uint256 value;
                    if (j == derived) {
                        value = SecondMemory.load(s.values + 32 * query);
                    } else {
                        value = SecondMemory.unpack(cursor);
                        cursor += ELEMENT_BYTES;
                    }
                    SecondMemory.store(target, value);
                    target += 32;
                }
            }
        }
    }

    /// @dev Reverts FoldMismatch unless the leaves have the values of the fold before.
    function _compare(ProofState memory s, FriLayer memory layer) private pure {
        unchecked {
            uint256 leaf = 0;
            for (uint256 i = 0; i < s.count; ++i) {
                uint256 position = SecondMemory.load(s.positions + 32 * i);
                while (SecondMemory.load(layer.leaves + 32 * leaf) != position / layer.arity) ++leaf;
                uint256 value = SecondMemory.load(layer.cosets + 32 * (leaf * layer.arity + (position % layer.arity)));
                if (value != SecondMemory.load(s.values + 32 * i)) revert IStarkVerifier.FoldMismatch(layer.number);
            }
        }
    }

    function _hashCoset(uint256 values, uint256 arity) private pure returns (uint256 digest) {
        unchecked {
            uint256 bytesAt = SecondMemory.free();
            for (uint256 i = 0; i < arity; ++i)
                SecondMemory.pack(bytesAt + ELEMENT_BYTES * i, SecondMemory.load(values + 32 * i));
            assembly ("memory-safe") {
                digest := keccak256(bytesAt, mul(ELEMENT_BYTES, arity))
            }
        }
    }

    /// @dev Leaves become the next layer's positions, with a value each.
    function _foldLayer(SystemDescription memory d, ProofState memory s, FriLayer memory layer) private pure {
        unchecked {
            uint256 beta = SecondMemory.load(s.folds + 32 * layer.number);
            uint256 values = SecondMemory.allocate(layer.count);
            for (uint256 i = 0; i < layer.count; ++i) {
                uint256 leaf = SecondMemory.load(layer.leaves + 32 * i);
                uint256 inverse = SecondOpenings.pointAt(layer.inverses, leaf << d.logArity);
                uint256 step = SecondField.scale(beta, inverse);
                _widenCoset(d, layer, i);
                uint256 sum = 0;
                for (uint256 j = layer.arity; j != 0; --j) sum = SecondField.mul(sum, step) + _transform(layer, j - 1);
                SecondMemory.store(values + 32 * i, SecondField.reduce(sum));
            }
            (s.positions, s.values, s.count) = (layer.leaves, values, layer.count);
        }
    }

    /// @dev Values of a leaf in wide form, in the order of the points x·wᵏ: position m has k with m's bits reversed.
    function _widenCoset(SystemDescription memory d, FriLayer memory layer, uint256 leaf) private pure {
        unchecked {
            uint256 values = layer.cosets + 32 * layer.arity * leaf;
            for (uint256 m = 0; m < layer.arity; ++m) {
                uint256 target = layer.wide + 64 * SecondOpenings.reverseBits(m, d.logArity);
                (uint256 low, uint256 high) = SecondField.widen(SecondMemory.load(values + 32 * m));
                SecondMemory.store(target, low);
                SecondMemory.store(target + 32, high);
            }
        }
    }

    /// @dev Σₖ vₖ·w^(−jk). A lane's sum of at most sixteen products of 62 bits has 66 bits.
    function _transform(FriLayer memory layer, uint256 j) private pure returns (uint256) {
        uint256 low;
        uint256 high;
        (uint256 cursor, uint256 roots, uint256 arity) = (layer.wide, layer.roots, layer.arity);
        assembly ("memory-safe") {
            let exponent := 0
            for {
                let end := add(cursor, shl(6, arity))
            } lt(cursor, end) {
                cursor := add(cursor, 64)
            } {
                let root := mload(add(roots, shl(5, exponent)))
                low := add(low, mul(root, mload(cursor)))
                high := add(high, mul(root, mload(add(cursor, 32))))
                exponent := and(add(exponent, j), sub(arity, 1))
            }
        }
        return SecondField.narrow(low, high);
    }
}
