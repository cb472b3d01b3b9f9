// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainAccount, IChainAccounts} from "../interfaces/IChainAccounts.sol";
import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IExit} from "../interfaces/IExit.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {L1CallMessage} from "../libraries/L1CallMessage.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {ReentrancyGuard} from "../libraries/ReentrancyGuard.sol";
import {L2Message} from "../types/L2Transactions.sol";
import {ChainAccount} from "./ChainAccount.sol";

/// @notice See {IChainAccounts}. Not one of the ecosystem's contracts: anyone puts it at one address for each
/// factory (CREATE2).
contract ChainAccounts is IChainAccounts, ReentrancyGuard {
    IChainFactory private immutable factory;
    address private immutable implementation = address(new ChainAccount());

    /// @inheritdoc IChainAccounts
    mapping(address account => mapping(uint256 batchNumber => mapping(uint256 index => bool))) public isClosed;

    /// @param factory_ Of the ecosystem whose chains have accounts here.
    constructor(IChainFactory factory_) {
        factory = factory_;
    }

    /// @inheritdoc IChainAccounts
    function execute(
        uint256 chainId,
        uint256 batchNumber,
        uint256 index,
        L2Message calldata message,
        bytes32[] calldata proof
    ) external nonReentrant returns (bytes memory result) {
        _requireCall(message.data);
        if (!factory.proveL2MessageInclusion(chainId, batchNumber, index, message, proof)) {
            revert CallNotProven(chainId, batchNumber, index);
        }
        address account = _openAccount(chainId, message.sender);
        _close(account, batchNumber, index);
        emit CallExecuted(account, batchNumber, index, keccak256(message.data));
        return _call(account, message.data);
    }

    /// @inheritdoc IChainAccounts
    function executeAfterExit(uint256 chainId, address to, uint256 value, bytes calldata data)
        external
        nonReentrant
        returns (bytes memory result)
    {
        address chain = factory.getHyperchain(chainId);
        if (chain == address(0) || !IExit(chain).exited()) revert ChainNotStopped(chainId);
        address account = _openAccount(chainId, AddressAlias.l2Sender(msg.sender, chainId));
        emit OwnCallExecuted(account, to, value);
        // The caller itself bounds the gas.
        return IChainAccount(account).execute(to, value, 0, data);
    }

    /// @inheritdoc IChainAccounts
    function cancel(uint256 batchNumber, uint256 index) external {
        // For any caller, these are only its calls.
        _close(msg.sender, batchNumber, index);
        emit CallCanceled(msg.sender, batchNumber, index);
    }

    /// @inheritdoc IChainAccounts
    function accountOf(uint256 chainId, address sender) public view returns (address account) {
        return MinimalProxy.predict(address(this), implementation, _saltOf(chainId, sender));
    }

    function _requireCall(bytes calldata message) private view {
        uint256 least = L1CallMessage.DATA_AT;
        if (message.length < least) revert MessageTooShort(least, message.length);
        bytes32 expected = L1CallMessage.header(block.chainid, address(this));
        if (bytes32(message) != expected) revert NotACallHere(expected, bytes32(message));
        uint256 lastSecond = uint64(bytes8(message[48:]));
        if (block.timestamp > lastSecond) revert CallExpired(lastSecond, block.timestamp);
    }

    function _call(address account, bytes calldata message) private returns (bytes memory) {
        uint256 gasOfCall = uint64(bytes8(message[56:]));
        uint256 value = uint256(bytes32(message[64:]));
        address to = address(bytes20(message[96:]));
        return IChainAccount(account).execute(to, value, gasOfCall, message[L1CallMessage.DATA_AT:]);
    }

    function _close(address account, uint256 batchNumber, uint256 index) private {
        if (isClosed[account][batchNumber][index]) revert CallClosed(account, batchNumber, index);
        isClosed[account][batchNumber][index] = true;
    }

    function _openAccount(uint256 chainId, address sender) private returns (address account) {
        account = accountOf(chainId, sender);
        if (account.code.length != 0) return account;
        MinimalProxy.deploy(implementation, _saltOf(chainId, sender));
        emit AccountOpened(chainId, sender, account);
    }

    function _saltOf(uint256 chainId, address sender) private pure returns (bytes32) {
        return keccak256(abi.encode(chainId, sender));
    }
}
