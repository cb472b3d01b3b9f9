// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Which texts are labels of names
library NameLabel {
    uint256 private constant MAX_LENGTH = 63;
    uint256 private constant ADDRESS_DIGITS = 40;

    /// @notice `[a-z0-9-]{1,63}`, without hyphens at its ends (RFC 1035) and in third and fourth place (ENSIP-15), and not as an
    /// address begins.
    function isValid(bytes calldata label) internal pure returns (bool) {
        uint256 length = label.length;
        if (length == 0 || length > MAX_LENGTH) return false;
        if (label[0] == "-" || label[length - 1] == "-") return false;
        for (uint256 i = 0; i < length; ++i) {
            bytes1 letter = label[i];
            if (!_isDigit(letter) && letter != "-" && (letter < "a" || letter > "z")) return false;
        }
        if (length > 3 && label[2] == "-" && label[3] == "-") return false;
        return length == 1 || label[0] != "0" || label[1] != "x";
    }

    /// @notice Whether a valid label reads as a number, by which chains and development accounts are called, as L1, or as an
    /// address without its `0x`, which clients take as an address.
    function isReserved(bytes calldata label) internal pure returns (bool) {
        if (keccak256(label) == keccak256("l1")) return true;
        bool isNumber = true;
        bool isAddress = label.length == ADDRESS_DIGITS;
        for (uint256 i = 0; i < label.length; ++i) {
            if (_isDigit(label[i])) continue;
            isNumber = false;
            if (label[i] < "a" || label[i] > "f") isAddress = false;
        }
        return isNumber || isAddress;
    }

    function _isDigit(bytes1 letter) private pure returns (bool) {
        return letter >= "0" && letter <= "9";
    }
}
