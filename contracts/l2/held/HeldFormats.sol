// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Note, Opening, Payment} from "../../interfaces/l2/IHeldAccounts.sol";

/// @title Hashes of held accounts, of their acts and of notes
/// @notice The first byte of each preimage names its kind; {RedeemedSet} has the kinds 03 and 04.
library HeldFormats {
    bytes32 private constant NOTE = keccak256("hyperchain.held-note.v1");
    bytes32 private constant GIFT = keccak256("hyperchain.held-gift.v1");

    /// @notice Leaf of an account, {IHeldAccounts.leafOf}.
    function accountLeaf(uint40 number, Opening memory opening) internal pure returns (bytes32) {
        bytes memory holdings;
        for (uint256 i = 0; i < opening.holdings.length; ++i) {
            holdings = bytes.concat(holdings, bytes20(opening.holdings[i].token), bytes32(opening.holdings[i].amount));
        }
        return keccak256(
            abi.encodePacked(
                hex"02",
                number,
                opening.owner,
                opening.nonce,
                // An account has 32 at most.
                uint8(opening.holdings.length),
                holdings,
                opening.redeemed
            )
        );
    }

    /// @notice Leaf of an act in the tree of acts.
    function actLeaf(uint40 number, bytes32 leaf, bytes32 notesHash, bytes32 paymentsHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"00", number, leaf, notesHash, paymentsHash));
    }

    function hashNotes(Note[] calldata notes) internal pure returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < notes.length; ++i) {
            packed = bytes.concat(packed, bytes5(notes[i].to), bytes20(notes[i].token), bytes32(notes[i].amount));
        }
        return keccak256(packed);
    }

    function hashPayments(Payment[] calldata payments) internal pure returns (bytes32) {
        bytes memory packed;
        for (uint256 i = 0; i < payments.length; ++i) {
            packed =
                bytes.concat(packed, bytes20(payments[i].to), bytes20(payments[i].token), bytes32(payments[i].amount));
        }
        return keccak256(packed);
    }

    /// @notice Hash of a gift's contents, {IHeldAccounts.giftOf}.
    function giftHash(uint40 to, address token, uint256 amount) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(to, token, amount));
    }

    /// @dev The position of an act is listed once, so no two notes have one id.
    function noteId(bytes32 root, uint8 position, uint8 index) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(NOTE, root, position, index));
    }

    function giftId(uint64 gift) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(GIFT, gift));
    }
}
