// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IBatches} from "../../interfaces/IBatches.sol";
import {BatchPromise, IBrokenPromises, PromiseFacts} from "../../interfaces/IBrokenPromises.sol";
import {IChainFactory} from "../../interfaces/IChainFactory.sol";
import {IChainSettings} from "../../interfaces/IChainSettings.sol";
import {IChainTerms} from "../../interfaces/IChainTerms.sol";
import {IEvidence} from "../../interfaces/IEvidence.sol";
import {ISharedBridge} from "../../interfaces/ISharedBridge.sol";
import {IStakeRegistry} from "../../interfaces/IStakeRegistry.sol";
import {Standing} from "../../interfaces/IVerifierRegistry.sol";
import {BlockHashes} from "../../libraries/BlockHashes.sol";
import {Signatures} from "../../libraries/Signatures.sol";
import {QuorumEvidence} from "./QuorumEvidence.sol";

/// @title Validators that promised a batch which L1 did not execute
contract BrokenPromises is IBrokenPromises, QuorumEvidence {
    bytes32 private constant PROMISE_TYPE = keccak256(
        "BatchPromise(uint256 toChain,uint64 batchNumber,bytes32 logRoot,uint256 protocolVersion,uint48 stakedAt,bytes32 stakedBlock,uint48 landsBy,address payee)"
    );
    /// @dev Burnt tenths of the nine that the registry pays to this contract.
    uint256 private constant BURNT_PARTS = 5;
    uint256 private constant RECEIVED_PARTS = 9;

    /// @inheritdoc IBrokenPromises
    uint48 public immutable longestPromise;
    uint48 private immutable slashedWithin;

    /// @inheritdoc IBrokenPromises
    mapping(uint256 blockNumber => bytes32) public notedHash;

    /// @param longestPromise_ Highest count of seconds from a stake's second to the end of a promised.
    /// @param reportTime Seconds after the end of a promise within which a report may be sent.
    /// @param slashTime Seconds until a report that was sent is mined.
    constructor(
        IChainFactory factory_,
        IChainTerms settings_,
        uint48 longestPromise_,
        uint48 reportTime,
        uint48 slashTime
    ) QuorumEvidence(factory_, settings_, slashTime) {
        longestPromise = longestPromise_;
        slashedWithin = longestPromise_ + reportTime + slashTime;
    }

    /// @dev Receives the slashed coins, which `report` passes on.
    receive() external payable {}

    /// @inheritdoc IBrokenPromises
    function report(
        IStakeRegistry registry,
        PromiseFacts calldata facts,
        BatchPromise calldata promised,
        bytes calldata signature
    ) external {
        _requireStakedBlock(facts.stakedNumber, promised.stakedBlock);
        address hyperchain = _hyperchainOf(facts.fromChain);
        bytes32 digest =
            Signatures.typedDataHash(_domainOf(hyperchain), keccak256(abi.encode(PROMISE_TYPE, promised)));
        address signer = Signatures.recover(digest, signature);
        bool isGoverned = _requireCounted(facts.fromChain, facts.epoch, promised.stakedAt, signer).isGoverned;
        _requireBroken(hyperchain, facts.fromChain, promised, isGoverned);
        emit PromiseBroken(facts.fromChain, promised.toChain, signer, promised.batchNumber, digest, msg.sender);
        bytes memory data = abi.encode(facts.fromChain, promised.toChain);
        registry.slash(data, signer, promised.stakedAt, digest, msg.sender, address(this));
        _share(promised.payee);
    }

    /// @inheritdoc IBrokenPromises
    function noteBlock(uint256 blockNumber) external {
        bytes32 blockHash = BlockHashes.find(blockNumber);
        if (blockHash == 0) revert BlockHashUnknown(blockNumber);
        notedHash[blockNumber] = blockHash;
        emit BlockNoted(blockNumber, blockHash);
    }

    /// @inheritdoc IEvidence
    function window(bytes calldata) external view returns (uint48) {
        return slashedWithin;
    }

    /// @dev All coins that this contract has: a nested report has passed its part on, and a stranger's gift is burnt in part.
    function _share(address payee) private {
        uint256 received = address(this).balance;
        uint256 burnt = received * BURNT_PARTS / RECEIVED_PARTS;
        // Burnt first: a payee that reports again while it is paid would share these coins once more.
        LowLevelCall.callNoReturn(address(0), burnt, "");
        uint256 rest = received - burnt;
        // A payee that refuses the coins must not prevent the slash.
        if (!LowLevelCall.callNoReturn(payee, rest, "")) LowLevelCall.callNoReturn(address(0), rest, "");
    }

    function _requireStakedBlock(uint256 blockNumber, bytes32 stakedBlock) private view {
        bytes32 known = notedHash[blockNumber];
        if (known == 0) known = BlockHashes.find(blockNumber);
        // A block without a hash would be the block of every unknown number.
        if (stakedBlock == 0 || known != stakedBlock) revert StakedBlockUnknown(blockNumber, stakedBlock);
    }

    function _requireBroken(address hyperchain, uint256 fromChain, BatchPromise calldata promised, bool isGoverned)
        private
        view
    {
        uint256 latest = uint256(promised.stakedAt) + longestPromise;
        if (promised.landsBy > latest) revert PromiseTooLong(latest, promised.landsBy);
        uint256 batchNumber = promised.batchNumber;
        if (batchNumber >= IBatches(hyperchain).getTotalBatchesExecuted()) {
            uint256 until = isGoverned ? _suspendedEnd(promised) : promised.landsBy;
            if (block.timestamp <= until) revert PromiseOpen(until, block.timestamp);
            return;
        }
        bool isRefused = ISharedBridge(factory.sharedBridge()).isRefused(fromChain, batchNumber, promised.toChain);
        if (!isRefused && IBatches(hyperchain).l2LogsRootHash(batchNumber) == promised.logRoot) {
            revert PromiseKept(fromChain, batchNumber, promised.logRoot);
        }
    }

    /// @dev Last second in which the promise can be fulfilled. A freeze of its version restarts the whole time.
    function _suspendedEnd(BatchPromise calldata promised) private view returns (uint256) {
        Standing memory standing =
            IChainSettings(address(settings)).verifiers().standingOf(promised.protocolVersion);
        if (standing.haltedAt != 0) revert PromiseHalted(promised.protocolVersion);
        if (standing.frozenUntil <= promised.stakedAt || promised.landsBy < promised.stakedAt) return promised.landsBy;
        return uint256(standing.frozenUntil) + promised.landsBy - promised.stakedAt;
    }
}
