// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Account} from "@openzeppelin/contracts/account/Account.sol";
import {ERC7821} from "@openzeppelin/contracts/account/extensions/draft-ERC7821.sol";
import {ERC4337Utils} from "@openzeppelin/contracts/account/utils/ERC4337Utils.sol";
import {IEntryPoint} from "@openzeppelin/contracts/interfaces/IERC4337.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {ICrossChainViews} from "../interfaces/l2/ICrossChainViews.sol";
import {IKeystore, Keys} from "../interfaces/l2/IKeystore.sol";
import {IKeystoreAccount, PlanLeg, PlannedCall} from "../interfaces/l2/IKeystoreAccount.sol";
import {KeyChecks} from "../libraries/KeyChecks.sol";
import {PlanHash} from "../libraries/PlanHash.sol";
import {TokenTransfer} from "../libraries/TokenTransfer.sol";
import {Predeploys} from "./Predeploys.sol";

/// @notice See {IKeystoreAccount}. Every account is a minimal proxy of this code, by {KeystoreAccountFactory}.
/// @dev A user operation's hash names chain, EntryPoint and account; a plan's names the account, and each leg its chain: neither
/// serves for the other, nor for a rotation in the keystore, whose domain is another.
contract KeystoreAccount is IKeystoreAccount, Account, ERC7821 {
    /// @dev A bit for each leg.
    uint256 private constant MAX_LEGS = 256;
    /// @dev Slot of the keystore's mapping.
    uint256 private constant HEADS_SLOT = 0;

    mapping(bytes32 plan => uint256 legs) private done;

    /// @inheritdoc IKeystoreAccount
    function executeLeg(
        uint64 lastSecond,
        uint256 nonce,
        bytes32[] calldata legHashes,
        uint256 index,
        PlanLeg calldata leg,
        bytes calldata signature
    ) external {
        if (leg.chainId != block.chainid) revert LegOfAnotherChain(leg.chainId, block.chainid);
        if (block.timestamp > lastSecond) revert PlanExpired(lastSecond, block.timestamp);
        if (legHashes.length > MAX_LEGS) revert TooManyLegs(MAX_LEGS, legHashes.length);
        bytes32 expected = index < legHashes.length ? legHashes[index] : bytes32(0);
        bytes32 actual = PlanHash.hashLeg(leg);
        if (actual != expected) revert OtherLeg(index, expected, actual);
        bytes32 plan = PlanHash.digest(address(this), lastSecond, nonce, legHashes);
        if (isDone(plan, index)) revert LegDone(plan, index);
        if (!_rawSignatureValidation(plan, signature)) revert PlanNotSigned(plan);
        done[plan] |= 1 << index;
        emit LegExecuted(plan, index, msg.sender);
        if (gasleft() < leg.gas) revert NotEnoughGasForLeg(leg.gas, gasleft());
        _callAll(leg.calls);
        if (leg.fee == 0) return;
        bool isCoin = leg.feeToken == Predeploys.BASE_TOKEN;
        TokenTransfer.send(isCoin ? address(0) : leg.feeToken, msg.sender, leg.fee);
    }

    /// @inheritdoc IKeystoreAccount
    function cancelPlan(bytes32 plan) external onlyEntryPointOrSelf {
        done[plan] = type(uint256).max;
        emit PlanCancelled(plan);
    }

    /// @inheritdoc IKeystoreAccount
    function planDigest(uint64 lastSecond, uint256 nonce, bytes32[] calldata legHashes) external view returns (bytes32) {
        return PlanHash.digest(address(this), lastSecond, nonce, legHashes);
    }

    /// @inheritdoc IKeystoreAccount
    function legHash(PlanLeg calldata leg) external pure returns (bytes32) {
        return PlanHash.hashLeg(leg);
    }

    /// @inheritdoc IKeystoreAccount
    function isDone(bytes32 plan, uint256 index) public view returns (bool) {
        return done[plan] & (1 << index) != 0;
    }

    /// @inheritdoc IKeystoreAccount
    function home() public view returns (uint256 chainId, address keystore, bytes32 id) {
        return abi.decode(Clones.fetchCloneArgs(address(this)), (uint256, address, bytes32));
    }

    /// @inheritdoc IKeystoreAccount
    function head() public view returns (bytes32) {
        (uint256 chainId, address keystore, bytes32 id) = home();
        if (block.chainid == chainId) return IKeystore(keystore).headOf(id);
        uint256 slot = uint256(keccak256(abi.encode(id, HEADS_SLOT)));
        ICrossChainViews views = ICrossChainViews(Predeploys.CROSS_CHAIN_VIEWS);
        return bytes32(views.read(chainId, keystore, slot, 0, new string[](0)).value);
    }

    /// @inheritdoc Account
    function entryPoint() public pure override returns (IEntryPoint) {
        return ERC4337Utils.ENTRYPOINT_V08;
    }

    /// @param signature As {IKeystoreAccount.executeLeg} says.
    function _rawSignatureValidation(bytes32 hash, bytes calldata signature) internal view override returns (bool) {
        (uint64 version, Keys memory keys, bytes[] memory signatures) = abi.decode(signature, (uint64, Keys, bytes[]));
        return KeyChecks.head(version, keys) == head() && KeyChecks.areSigned(keys, hash, signatures);
    }

    function _erc7821AuthorizedExecutor(address caller, bytes32 mode, bytes calldata executionData)
        internal
        view
        override
        returns (bool)
    {
        return caller == address(entryPoint()) || super._erc7821AuthorizedExecutor(caller, mode, executionData);
    }

    function _callAll(PlannedCall[] calldata calls) private {
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool success, bytes memory reason) = calls[i].to.call{value: calls[i].value}(calls[i].data);
            if (!success) revert PlannedCallFailed(i, reason);
        }
    }
}
