// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBatchCommits} from "../../../../contracts/interfaces/IBatchCommits.sol";
import {IBatchExecutions} from "../../../../contracts/interfaces/IBatchExecutions.sol";
import {IBatchProving} from "../../../../contracts/interfaces/IBatchProving.sol";
import {IBatches} from "../../../../contracts/interfaces/IBatches.sol";
import {IExit} from "../../../../contracts/interfaces/IExit.sol";
import {ISharedBridge} from "../../../../contracts/interfaces/ISharedBridge.sol";
import {IStateExit, UndeliveredTransfer} from "../../../../contracts/interfaces/IStateExit.sol";
import {ITransactionRootRegistry} from "../../../../contracts/interfaces/ITransactionRootRegistry.sol";
import {AssetMessage} from "../../../../contracts/libraries/AssetMessage.sol";
import {AssetFlow} from "../../../../contracts/types/AssetFlow.sol";
import {FinalizeL1DepositParams} from "../../../../contracts/types/L2Transactions.sol";
import {StoredBatch} from "../../../../contracts/types/Batches.sol";
import {Ecosystem, HyperchainStorage} from "../../../../contracts/l1/HyperchainStorage.sol";

/// @notice Replaces a contract of L1 and runs that contract's code on its storage, with one thing wrong.
abstract contract Fault {
    address private immutable original;

    constructor(address original_) {
        original = original_;
    }

    fallback() external payable virtual {
        _answer(_run(msg.data));
    }

    receive() external payable {}

    function _try(bytes memory input) internal returns (bool success, bytes memory output) {
        return original.delegatecall(input);
    }

    function _run(bytes memory input) internal returns (bytes memory output) {
        bool success;
        (success, output) = _try(input);
        if (!success) _fail(output);
    }

    function _fail(bytes memory output) internal pure {
        assembly ("memory-safe") {
            revert(add(output, 0x20), mload(output))
        }
    }

    function _answer(bytes memory output) internal pure {
        assembly ("memory-safe") {
            return(add(output, 0x20), mload(output))
        }
    }
}

/// @notice Leaves out some of the flows of executed batches.
abstract contract FlowFault is Fault {
    function applyFlows(uint256 chainId, uint256 batchNumber, uint256 firstTimestamp, AssetFlow[] calldata flows)
        external
        returns (uint256[] memory)
    {
        AssetFlow[] memory kept = new AssetFlow[](flows.length);
        uint256 count = 0;
        for (uint256 i = 0; i < flows.length; ++i) {
            if (!_isLost(chainId, flows[i])) kept[count++] = flows[i];
        }
        assembly ("memory-safe") {
            mstore(kept, count)
        }
        _answer(_run(abi.encodeCall(ISharedBridge.applyFlows, (chainId, batchNumber, firstTimestamp, kept))));
    }

    function _isLost(uint256 chainId, AssetFlow calldata flow) internal pure virtual returns (bool);
}

/// @notice A chain releases what it issued without anything on its way home.
contract UnbackedReleaseFault is FlowFault {
    constructor(address original_) Fault(original_) {}

    function _isLost(uint256 chainId, AssetFlow calldata flow) internal pure override returns (bool) {
        return flow.kind == AssetMessage.HYPERBRIDGE_DELIVERY && flow.originChainId == chainId;
    }
}

/// @notice A chain sends what another issued, and keeps it.
contract KeptSendFault is FlowFault {
    constructor(address original_) Fault(original_) {}

    function _isLost(uint256 chainId, AssetFlow calldata flow) internal pure override returns (bool) {
        return flow.kind == AssetMessage.HYPERBRIDGE_SEND && flow.originChainId != chainId;
    }
}

/// @notice The refund of a transfer leaves it on its way.
contract RefundInTransitFault is Fault {
    constructor(address original_) Fault(original_) {}

    function payTransit(uint256, address token, address recipient, uint256 amount) external {
        if (token == address(0)) {
            (bool success,) = recipient.call{value: amount}("");
            require(success);
        } else {
            (bool success,) = token.call(abi.encodeWithSignature("transfer(address,uint256)", recipient, amount));
            require(success);
        }
    }
}

/// @notice A withdrawal that was claimed is announced as claimed again.
contract SecondClaimFault is Fault {
    constructor(address original_) Fault(original_) {}

    function finalizeDeposit(FinalizeL1DepositParams calldata params) external {
        (bool success, bytes memory output) = _try(msg.data);
        if (success) return;
        if (bytes4(output) != ISharedBridge.WithdrawalAlreadyFinalized.selector) _fail(output);
        emit ISharedBridge.WithdrawalClaimed(params.chainId, params.l2BatchNumber, params.l2MessageIndex, address(0), address(0), 0);
    }
}

/// @notice A wei is lost with each withdrawal.
contract LeakingBridgeFault is Fault {
    constructor(address original_) Fault(original_) {}

    function finalizeDeposit(FinalizeL1DepositParams calldata) external {
        _run(msg.data);
        if (address(this).balance != 0) {
            (bool success,) = address(0xdead).call{value: 1}("");
            require(success);
        }
    }
}

/// @notice A transfer that was refunded is announced as refunded again.
contract SecondRefundFault is Fault {
    constructor(address original_) Fault(original_) {}

    function refundTransfer(UndeliveredTransfer calldata sent, address) external {
        (bool success, bytes memory output) = _try(msg.data);
        if (success) return;
        if (bytes4(output) != IStateExit.TransferAlreadyRefunded.selector) _fail(output);
        emit IStateExit.TransferRefunded(sent.sourceChainId, keccak256(sent.message), 0, address(0), address(0), 0);
    }
}

/// @notice Holdings on stopped chains are paid to none of their holders.
contract LockedHoldingFault is Fault {
    error Locked();

    constructor(address original_) Fault(original_) {}

    fallback() external payable override {
        if (msg.sig == IStateExit.claimHolding.selector) revert Locked();
        _answer(_run(msg.data));
    }
}

/// @notice Transfers in flight to a stopped chain are paid back to no account.
contract LockedRefundFault is Fault {
    error Locked();

    constructor(address original_) Fault(original_) {}

    fallback() external payable override {
        if (msg.sig == IStateExit.refundTransfer.selector) revert Locked();
        _answer(_run(msg.data));
    }
}

/// @notice Executed batches are not written into the registry.
contract MissingRecordFault is Fault {
    constructor(address original_) Fault(original_) {}

    fallback() external payable override {
        if (msg.sig == ITransactionRootRegistry.append.selector) _answer(new bytes(64));
        _answer(_run(msg.data));
    }
}

/// @notice A chain's contract with one thing wrong.
/// @dev The storage's public values are answered here and not by the original: they are the original's.
abstract contract ChainFault is Fault, HyperchainStorage {
    constructor(address original_) Fault(original_) HyperchainStorage(_of(HyperchainStorage(original_))) {}

    function _of(HyperchainStorage chain) private view returns (Ecosystem memory) {
        return Ecosystem({
            factory: address(0),
            bridge: chain.bridge(),
            roots: chain.roots(),
            bytecodes: chain.bytecodes(),
            verifiers: chain.verifiers(),
            settings: chain.settings()
        });
    }
}

/// @notice No account can stop the chain.
contract LockedExitFault is ChainFault {
    error Locked();

    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        if (msg.sig == IExit.activateExit.selector) revert Locked();
        _answer(_run(msg.data));
    }
}

/// @notice The exit takes any time for its own.
contract EarlyExitFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        (bool success, bytes memory output) = _try(msg.data);
        if (!success && (msg.sig != IExit.activateExit.selector || bytes4(output) != IExit.ExitNotOpen.selector)) _fail(output);
        _answer(output);
    }
}

/// @notice A batch counts as proven without a proof, whether it exists or not.
contract HastyProofFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatchProving.proveBatch.selector) batchesVerified = batchesCommitted + 1;
        _answer(output);
    }
}

/// @notice A mark counts as a revert.
contract MarkedRevertFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatches.markRecord.selector) ++reverts;
        _answer(output);
    }
}

/// @notice An executed batch undoes the operations of those before it.
contract LostOperationsFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        uint64 before = operationsExecuted;
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatchExecutions.executeBatches.selector && before != 0) operationsExecuted = 0;
        _answer(output);
    }
}

/// @notice A batch may leave out operations that are due.
contract IgnoredQueueFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        if (msg.sig != IBatchCommits.commitBatches.selector) _answer(_run(msg.data));
        (bool success, bytes memory output) = _try(msg.data);
        if (!success && bytes4(output) == IBatchCommits.PriorityOpOverdue.selector) {
            uint64 queued = operationsQueued;
            (StoredBatch memory previous) = abi.decode(msg.data[4:], (StoredBatch));
            operationsQueued = uint64(previous.priorityOpTotal);
            (success, output) = _try(msg.data);
            operationsQueued = queued;
        }
        if (!success) _fail(output);
        _answer(output);
    }
}

/// @notice An executed batch counts one operation more than there are.
contract InventedOperationFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatchExecutions.executeBatches.selector) operationsExecuted = operationsQueued + 1;
        _answer(output);
    }
}

/// @notice A mark forgets the batches that are not proven.
contract ForgottenBatchesFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatches.markRecord.selector) batchesCommitted = batchesVerified;
        _answer(output);
    }
}

/// @notice An executed batch is announced as executed again with the next.
contract RepeatedExecutionFault is ChainFault {
    constructor(address original_) ChainFault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig == IBatchExecutions.executeBatches.selector) emit IBatchExecutions.BlockExecution(0, 0, 0);
        _answer(output);
    }
}

/// @notice The registry's latest root is another in each block.
contract WanderingRootFault is Fault {
    constructor(address original_) Fault(original_) {}

    fallback() external payable override {
        bytes memory output = _run(msg.data);
        if (msg.sig != ITransactionRootRegistry.rootAt.selector) _answer(output);
        _answer(abi.encode(keccak256(abi.encode(output, block.number))));
    }
}

/// @notice An operation's deposit is paid back, and announced as paid back again.
contract SecondDepositRefundFault is Fault {
    constructor(address original_) Fault(original_) {}

    function refundBaseToken(uint256 chainId, bytes32 canonicalTxHash, address baseToken, address, uint256) external {
        _run(msg.data);
        emit ISharedBridge.DepositRefunded(chainId, canonicalTxHash, address(0), baseToken, 0);
    }
}
