// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBytecodeRegistry} from "../interfaces/IBytecodeRegistry.sol";
import {IChainDirectory} from "../interfaces/IChainDirectory.sol";

/// @title Which bytecodes have been published in pubdata
contract BytecodeRegistry is IBytecodeRegistry {
    IChainDirectory public immutable directory;

    /// @inheritdoc IBytecodeRegistry
    mapping(bytes32 hash => bool) public isPublished;

    constructor(IChainDirectory directory_) {
        directory = directory_;
    }

    /// @inheritdoc IBytecodeRegistry
    function record(uint256 chainId, bytes32[] calldata published, bytes32[] calldata required) external {
        address chain = directory.getHyperchain(chainId);
        if (msg.sender != chain) revert NotTheChain(chainId, chain, msg.sender);
        for (uint256 i = 0; i < published.length; ++i) {
            if (isPublished[published[i]]) continue;
            isPublished[published[i]] = true;
            emit BytecodePublished(published[i], chainId);
        }
        for (uint256 i = 0; i < required.length; ++i) {
            if (!isPublished[required[i]]) revert BytecodeNotPublished(required[i]);
        }
    }
}
