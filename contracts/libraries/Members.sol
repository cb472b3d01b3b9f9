// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signatures} from "./Signatures.sol";

/// @title Accounts of which some sign, each once
/// @dev Lists and signatures come in ascending order of the addresses, so that none occurs twice.
library Members {
    error MembersNotAscending(address previous, address next);
    error NotAMember(address signer);
    error SignersNotAscending(address previous, address next);

    /// @notice Adds these accounts to an empty set.
    function add(mapping(address account => bool) storage isMember, address[] memory members) internal {
        address previous = address(0);
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] <= previous) revert MembersNotAscending(previous, members[i]);
            isMember[members[i]] = true;
            previous = members[i];
        }
    }

    /// @notice Reverts unless each signature of the digest is another member's. How many there must be is the caller's to ask.
    function requireSigned(
        mapping(address account => bool) storage isMember,
        bytes32 digest,
        bytes[] memory signatures
    ) internal view {
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = Signatures.recover(digest, signatures[i]);
            if (!isMember[signer]) revert NotAMember(signer);
            if (signer <= previous) revert SignersNotAscending(previous, signer);
            previous = signer;
        }
    }
}
