// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The assembly blocks of the generated verifiers in plain Solidity
/// @notice For tests only: each function does by definition what a block does by packed arithmetic, and says what it cost.
contract PlainStark {
    uint256 private constant P = 0x7f000001;
    uint256 private constant SHIFT = 3;

    /// @notice A product in the quintic extension X^5 = 1 - X^2, coefficient by coefficient.
    function multiply(uint256[5] memory a, uint256[5] memory b) public pure returns (uint256[5] memory product) {
        uint256[9] memory long;
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < 5; ++j) long[i + j] = (long[i + j] + a[i] * b[j]) % P;
        }
        for (uint256 k = 8; k >= 5; --k) {
            long[k - 5] = (long[k - 5] + long[k]) % P;
            long[k - 3] = (long[k - 3] + P - long[k]) % P;
        }
        for (uint256 i = 0; i < 5; ++i) product[i] = long[i];
    }

    function multiplyGas(uint256[5] memory a, uint256[5] memory b) external view returns (uint256[5] memory, uint256) {
        uint256 start = gasleft();
        uint256[5] memory product = multiply(a, b);
        return (product, start - gasleft());
    }

    /// @notice x^(p^5 - 2) by squaring and multiplying.
    function inverse(uint256[5] memory x) external view returns (uint256[5] memory result, uint256 gasUsed) {
        uint256 start = gasleft();
        result[0] = 1;
        for (uint256 exponent = P ** 5 - 2; exponent > 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = multiply(result, x);
            x = multiply(x, x);
        }
        gasUsed = start - gasleft();
    }

    function power(uint256 base, uint256 exponent) public pure returns (uint256 result) {
        result = 1;
        for (; exponent > 0; exponent >>= 1) {
            if (exponent & 1 == 1) result = mulmod(result, base, P);
            base = mulmod(base, base, P);
        }
    }

    /// @notice shift · w^bitrev(position), w of order 2^logDomain.
    function pointAt(uint256 position, uint256 logDomain) public pure returns (uint256) {
        uint256 exponent;
        for (uint256 i = 0; i < logDomain; ++i) exponent = (exponent << 1) | ((position >> i) & 1);
        return mulmod(SHIFT, power(power(SHIFT, (P - 1) >> logDomain), exponent), P);
    }

    /// @notice Sum over j of y^j times sum over k of v_k w^(-jk), the values in bit-reversed order, w of order 8.
    function fold(uint256[5][8] memory values, uint256[5] memory y) external view returns (uint256[5] memory sum, uint256 gasUsed) {
        uint256 start = gasleft();
        uint256 root = power(power(SHIFT, (P - 1) >> 3), 7);
        for (uint256 left = 8; left > 0; --left) {
            uint256 j = left - 1;
            sum = multiply(sum, y);
            for (uint256 position = 0; position < 8; ++position) {
                uint256 k = ((position & 1) << 2) | (position & 2) | (position >> 2);
                uint256 factor = power(root, j * k);
                for (uint256 c = 0; c < 5; ++c) sum[c] = (sum[c] + values[position][c] * factor) % P;
            }
        }
        gasUsed = start - gasleft();
    }

    /// @notice Value of a polynomial at a base point by Horner's scheme.
    function evaluate(uint256[5][] memory coefficients, uint256 x) external view returns (uint256[5] memory sum, uint256 gasUsed) {
        uint256 start = gasleft();
        for (uint256 left = coefficients.length; left > 0; --left) {
            for (uint256 c = 0; c < 5; ++c) sum[c] = (sum[c] * x + coefficients[left - 1][c]) % P;
        }
        gasUsed = start - gasleft();
    }

    /// @notice Sum of coefficient times element; elements packed at 31 bits, eight in 31 bytes.
    function rowSum(uint256[5][] memory coefficients, bytes memory row) external view returns (uint256[5] memory sum, uint256 gasUsed) {
        uint256 start = gasleft();
        uint256 groupStart;
        for (uint256 first = 0; first < coefficients.length; first += 8) {
            uint256 count = coefficients.length - first;
            if (count > 8) count = 8;
            uint256 length = (31 * count + 7) / 8;
            uint256 word;
            for (uint256 i = 0; i < length; ++i) word = (word << 8) | uint8(row[groupStart + i]);
            groupStart += length;
            for (uint256 i = 0; i < count; ++i) {
                uint256 element = (word >> (31 * i)) & 0x7fffffff;
                for (uint256 c = 0; c < 5; ++c) sum[c] = (sum[c] + element * coefficients[first + i][c]) % P;
            }
        }
        gasUsed = start - gasleft();
    }

    /// @notice Distinct positions drawn from a transcript state, ascending.
    function positions(bytes32 state, uint256 count, uint256 logDomain) external view returns (uint256[] memory drawn, uint256 gasUsed) {
        uint256 start = gasleft();
        drawn = new uint256[](count);
        uint256 found;
        for (uint256 counter = 0; found < count; ++counter) {
            require(counter < count + 16, "too many hashes");
            uint256 bits = uint256(keccak256(abi.encode(state, counter)));
            for (uint256 i = 0; i < 256 / logDomain && found < count; ++i) {
                uint256 position = bits & ((1 << logDomain) - 1);
                bits >>= logDomain;
                bool known = false;
                for (uint256 j = 0; j < found; ++j) known = known || drawn[j] == position;
                if (!known) drawn[found++] = position;
            }
        }
        for (uint256 i = 1; i < count; ++i) {
            for (uint256 j = i; j > 0 && drawn[j - 1] > drawn[j]; --j) (drawn[j - 1], drawn[j]) = (drawn[j], drawn[j - 1]);
        }
        gasUsed = start - gasleft();
    }

    struct Opening {
        uint256 digestBytes;
        uint256[] leaves;
        bytes32[] hashes;
        bytes siblings;
        uint256 cursor;
    }

    /// @notice Root of a pruned multiproof by recursion from the top.
    function merkleRoot(uint256 depth, Opening memory opening) external view returns (bytes32 root, uint256 gasUsed) {
        uint256 start = gasleft();
        root = node(depth, 0, opening);
        require(opening.cursor == opening.siblings.length, "siblings left over");
        gasUsed = start - gasleft();
    }

    /// @dev The node `index` of a level above leaves that are opened; a subtree without any is the next sibling, which is
    /// read after the other half of its parent.
    function node(uint256 level, uint256 index, Opening memory opening) private pure returns (bytes32) {
        if (level == 0) return hashOf(index, opening);
        bool left = opened(level - 1, 2 * index, opening);
        bool right = opened(level - 1, 2 * index + 1, opening);
        bytes32 first;
        bytes32 second;
        if (left) first = node(level - 1, 2 * index, opening);
        if (right) second = node(level - 1, 2 * index + 1, opening);
        if (!left) first = nextSibling(opening);
        if (!right) second = nextSibling(opening);
        bytes memory preimage = new bytes(2 * opening.digestBytes);
        for (uint256 i = 0; i < opening.digestBytes; ++i) {
            preimage[i] = first[i];
            preimage[opening.digestBytes + i] = second[i];
        }
        return keccak256(preimage);
    }

    function opened(uint256 level, uint256 index, Opening memory opening) private pure returns (bool) {
        for (uint256 i = 0; i < opening.leaves.length; ++i) if (opening.leaves[i] >> level == index) return true;
        return false;
    }

    function hashOf(uint256 leaf, Opening memory opening) private pure returns (bytes32) {
        for (uint256 i = 0; i < opening.leaves.length; ++i) if (opening.leaves[i] == leaf) return opening.hashes[i];
        revert("leaf not opened");
    }

    function nextSibling(Opening memory opening) private pure returns (bytes32 sibling) {
        uint256 value;
        for (uint256 i = 0; i < opening.digestBytes; ++i) value = (value << 8) | uint8(opening.siblings[opening.cursor++]);
        return bytes32(value << (256 - 8 * opening.digestBytes));
    }
}
