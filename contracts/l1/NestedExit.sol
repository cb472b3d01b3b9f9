// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {INestedExit, NestedChain, NestedHolding} from "../interfaces/INestedExit.sol";
import {IStateExit} from "../interfaces/IStateExit.sol";
import {IStateTree, LeafPath, StateKey, StateLeaf} from "../interfaces/IStateTree.sol";
import {AddressAlias} from "../libraries/AddressAlias.sol";
import {AssetMessage} from "../libraries/AssetMessage.sol";
import {ChainAncestry} from "../libraries/ChainAncestry.sol";
import {CreatedAddress} from "../libraries/CreatedAddress.sol";
import {MinimalProxy} from "../libraries/MinimalProxy.sol";
import {SettlementPlaces} from "../libraries/SettlementPlaces.sol";
import {SettlementTerms} from "../types/SettlementTerms.sol";
import {SettlementCreator} from "./SettlementCreator.sol";
import {StoppedChains} from "./StoppedChains.sol";

/// @title Claims of accounts on chains whose base has stopped
contract NestedExit is StoppedChains, INestedExit {
    /// @dev Slot of `stateRoot` in HyperchainStorage.
    uint256 private constant STATE_ROOT_SLOT = 6;
    /// @dev Slot of `chainBalance` in SharedBridge.
    uint256 private constant CHAIN_BALANCE_SLOT = 1;
    /// @dev Slot of `claimed` in StateExit.
    uint256 private constant CLAIMED_SLOT = 0;

    /// @notice Pays out of a stopped chain's balance.
    address public immutable stateExit;
    /// @dev Hash of the hashes of the codes that a settlement on a chain has.
    bytes32 private immutable codes;

    /// @inheritdoc INestedExit
    mapping(uint256 baseId => mapping(address hyperchain => mapping(address account => mapping(address token => uint256))))
        public claimed;
    /// @inheritdoc INestedExit
    mapping(uint256 baseId => mapping(address hyperchain => mapping(address token => uint256))) public paid;

    /// @dev The last state of the chain below, and the contracts there.
    struct BaseState {
        uint256 baseId;
        IStateTree tree;
        bytes32 root;
        address creator;
        address hyperchain;
        /// Here and as the base knows it; 0 is the coin.
        address token;
        address localToken;
    }

    /// @dev For StateExit, which makes it.
    constructor(IChainFactory factory_, bytes32 codes_) StoppedChains(factory_) {
        stateExit = msg.sender;
        codes = codes_;
    }

    /// @inheritdoc INestedExit
    function claimNested(
        NestedChain calldata chain,
        address token,
        uint256 amount,
        address recipient,
        NestedHolding calldata proof
    ) external {
        if (amount == 0) revert IStateExit.NothingToClaim();
        if (recipient == address(0)) revert IStateExit.ZeroRecipient();
        BaseState memory base = _baseOf(chain, _plain(token));
        address account = AddressAlias.l2Sender(msg.sender, base.baseId);
        _requireUnreserved(account);
        uint256 chainId = chain.configuration.chainId;
        _requireWord(base, base.hyperchain, STATE_ROOT_SLOT, uint256(proof.stateRoot), proof.rootPath);
        _requireBalance(base, chainId, proof);
        _requireClaimedThere(base, chainId, account, proof);
        uint256 holding = _holdingOf(base, chain.configuration.baseToken, account, proof);
        _note(base, account, holding, amount, proof);
        emit NestedHoldingClaimed(base.hyperchain, chainId, account, base.token, recipient, amount);
        IStateExit(stateExit).payOther(base.baseId, base.token, recipient, amount);
    }

    /// @inheritdoc INestedExit
    function hyperchainOf(NestedChain calldata chain) external view returns (address) {
        return _hyperchainOf(_creatorOf(chain.terms), chain);
    }

    function _baseOf(NestedChain calldata chain, address token) private view returns (BaseState memory base) {
        base.baseId = ChainAncestry.parentOf(chain.configuration.chainId);
        IHyperchain below = _stoppedChain(base.baseId);
        base.tree = _treeOf(below);
        base.root = below.executedStateRoot();
        base.creator = _creatorOf(chain.terms);
        base.hyperchain = _hyperchainOf(base.creator, chain);
        base.token = token;
        base.localToken = token == _plain(below.getBaseToken()) ? address(0) : _bridgedToken(block.chainid, token);
    }

    function _creatorOf(SettlementTerms calldata terms) private view returns (address) {
        return CreatedAddress.byDeployer(
            keccak256(bytes.concat(type(SettlementCreator).creationCode, abi.encode(terms, codes)))
        );
    }

    /// @dev Address at which ChainFactory creates it, with the configuration as the salt.
    function _hyperchainOf(address creator, NestedChain calldata chain) private pure returns (address) {
        return MinimalProxy.predict(
            SettlementPlaces.addressOf(creator, SettlementPlaces.FACTORY),
            SettlementPlaces.addressOf(creator, SettlementPlaces.IMPLEMENTATION),
            keccak256(abi.encode(chain.configuration))
        );
    }

    function _requireBalance(BaseState memory base, uint256 chainId, NestedHolding calldata proof) private pure {
        bytes32 id = AssetMessage.assetId(base.baseId, base.localToken);
        uint256 slot = _inMapping(id, _inMapping(bytes32(chainId), CHAIN_BALANCE_SLOT));
        address bridge = SettlementPlaces.addressOf(base.creator, SettlementPlaces.BRIDGE);
        _requireWord(base, bridge, slot, proof.balance, proof.balancePath);
    }

    /// @dev A chain that stopped before its base did has paid some.
    function _requireClaimedThere(
        BaseState memory base,
        uint256 chainId,
        address account,
        NestedHolding calldata proof
    ) private pure {
        address exit = SettlementPlaces.addressOf(base.creator, SettlementPlaces.STATE_EXIT);
        uint256 ofAccount = _inMapping(_word(account), _inMapping(bytes32(chainId), CLAIMED_SLOT));
        uint256 slot = _inMapping(_word(base.localToken), ofAccount);
        if (proof.claimedThere != 0) return _requireWord(base, exit, slot, proof.claimedThere, proof.claimedPath);
        StateKey memory key = StateKey({kind: STORAGE, account: exit, slot: slot});
        _requireRoot(base.root, base.tree.computeRootWithout(key, proof.claimedLow, proof.claimedPath));
    }

    function _holdingOf(BaseState memory base, address baseToken, address account, NestedHolding calldata proof)
        private
        pure
        returns (uint256)
    {
        (StateLeaf memory leaf, uint256 holding) =
            _holdingLeaf(base.baseId, baseToken, base.localToken, account, proof.holding.value);
        _requireRoot(proof.stateRoot, base.tree.computeRoot(leaf, proof.holding.path));
        return holding;
    }

    function _note(
        BaseState memory base,
        address account,
        uint256 holding,
        uint256 amount,
        NestedHolding calldata proof
    ) private {
        (uint256 baseId, address hyperchain, address token) = (base.baseId, base.hyperchain, base.token);
        uint256 here = claimed[baseId][hyperchain][account][token];
        uint256 before = here + proof.claimedThere;
        if (before > holding || amount > holding - before) revert IStateExit.ClaimTooLarge(holding, before, amount);
        uint256 alreadyPaid = paid[baseId][hyperchain][token];
        if (alreadyPaid > proof.balance || amount > proof.balance - alreadyPaid) {
            revert BridgeHeldLess(proof.balance, alreadyPaid, amount);
        }
        claimed[baseId][hyperchain][account][token] = here + amount;
        paid[baseId][hyperchain][token] = alreadyPaid + amount;
    }

    function _requireWord(
        BaseState memory base,
        address account,
        uint256 slot,
        uint256 value,
        LeafPath calldata path
    ) private pure {
        StateLeaf memory leaf = StateLeaf({kind: STORAGE, account: account, slot: slot, value: value});
        _requireRoot(base.root, base.tree.computeRoot(leaf, path));
    }

    function _requireRoot(bytes32 expected, bytes32 actual) private pure {
        if (actual != expected) revert IStateExit.StateRootMismatch(expected, actual);
    }

    function _inMapping(bytes32 key, uint256 slot) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(key, slot)));
    }

    function _word(address account) private pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
