// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IKeystoreAccountFactory} from "../interfaces/l2/IKeystoreAccountFactory.sol";
import {KeystoreAccount} from "./KeystoreAccount.sol";

/// @notice See {IKeystoreAccountFactory}. Not in the genesis state: anyone puts it at one address of every chain (CREATE2).
contract KeystoreAccountFactory is IKeystoreAccountFactory {
    /// @dev Accounts are minimal proxies of it (ERC-1167), since creating one is part of its first operation's verification.
    KeystoreAccount private immutable implementation = new KeystoreAccount();

    /// @inheritdoc IKeystoreAccountFactory
    function createAccount(uint256 homeChainId, address keystore, bytes32 id) external returns (address account) {
        account = addressOf(homeChainId, keystore, id);
        if (account.code.length != 0) return account;
        bytes memory home = abi.encode(homeChainId, keystore, id);
        Clones.cloneDeterministicWithImmutableArgs(address(implementation), home, 0);
    }

    /// @inheritdoc IKeystoreAccountFactory
    function addressOf(uint256 homeChainId, address keystore, bytes32 id) public view returns (address) {
        bytes memory home = abi.encode(homeChainId, keystore, id);
        return Clones.predictDeterministicAddressWithImmutableArgs(address(implementation), home, 0);
    }
}
