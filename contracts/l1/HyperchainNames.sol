// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IChainFactory} from "../interfaces/IChainFactory.sol";
import {ISettingsChanges} from "../interfaces/ISettingsChanges.sol";
import {IHyperchain} from "../interfaces/IHyperchain.sol";
import {IHyperchainNames} from "../interfaces/IHyperchainNames.sol";
import {IKnownChains} from "../interfaces/IKnownChains.sol";
import {InteroperableAddress} from "../l2/InteroperableAddress.sol";
import {NameLabel} from "../libraries/NameLabel.sol";

/// @notice See {IHyperchainNames}. Not one of the ecosystem's contracts: anyone puts it at one address for
/// each factory (CREATE2).
contract HyperchainNames is IHyperchainNames {
    struct Name {
        address owner;
        address account;
    }

    bytes32 private constant ANNOUNCEMENT_TAG = keccak256("hyperchain.name-announcement.v1");
    /// @dev A stock of announcements, kept so as to be first with any name that others show, must be renewed every day.
    uint256 private constant ANNOUNCEMENT_LIFETIME = 1 days;
    bytes4 private constant ERC165 = 0x01ffc9a7;
    bytes4 private constant ADDR = 0x3b3b57de;
    bytes4 private constant ADDR_OF_COIN = 0xf1cb7e06;
    uint256 private constant EVM_COIN = 0x80000000;

    IChainFactory private immutable factory;
    uint256 private immutable revealDelay;

    /// @inheritdoc IHyperchainNames
    mapping(bytes32 announcement => uint256) public announcedAt;
    mapping(bytes32 labelHash => uint256) private chainIds;
    mapping(uint256 chainId => string) private chainLabels;
    mapping(uint256 chainId => mapping(bytes32 labelHash => Name)) private names;
    mapping(uint256 chainId => mapping(address account => string)) private chosen;

    /// @param factory_ Of the ecosystem whose chains are named; its `revealDelay` counts here too.
    constructor(IChainFactory factory_) {
        factory = factory_;
        revealDelay = factory_.revealDelay();
    }

    /// @inheritdoc IHyperchainNames
    function announceName(bytes32 announcement) external {
        uint256 before = announcedAt[announcement];
        // Others may repeat an announcement; that must not put its time off.
        if (before != 0 && block.timestamp <= before + ANNOUNCEMENT_LIFETIME) return;
        announcedAt[announcement] = block.timestamp;
        emit NameAnnounced(announcement);
    }

    /// @inheritdoc IHyperchainNames
    function nameChain(uint256 chainId, string calldata label, bytes32 secret) external {
        _requireLabel(label);
        address admin = IHyperchain(_requireChain(chainId)).getAdmin();
        if (msg.sender != admin) revert ISettingsChanges.OnlyAdmin(admin, msg.sender);
        if (bytes(chainLabels[chainId]).length != 0) revert ChainNamedAlready(chainId, chainLabels[chainId]);
        bytes32 labelHash = keccak256(bytes(label));
        if (chainIds[labelHash] != 0) revert LabelTaken(label, chainIds[labelHash]);
        _useAnnouncement(announcementOf(msg.sender, chainId, label, address(0), secret));
        chainIds[labelHash] = chainId;
        chainLabels[chainId] = label;
        emit ChainNamed(chainId, label);
    }

    /// @inheritdoc IHyperchainNames
    function nameAccount(uint256 chainId, string calldata label, address account, bytes32 secret) external {
        _requireLabel(label);
        _requireAccount(account);
        _requireChain(chainId);
        Name storage name = _nameAt(chainId, label);
        if (name.owner != address(0)) revert NameTaken(chainId, label, name.owner);
        _useAnnouncement(announcementOf(msg.sender, chainId, label, account, secret));
        (name.owner, name.account) = (msg.sender, account);
        emit AccountNamed(chainId, label, msg.sender, account);
    }

    /// @inheritdoc IHyperchainNames
    function point(uint256 chainId, string calldata label, address account) external {
        _requireAccount(account);
        _ownName(chainId, label).account = account;
        emit NamePointed(chainId, label, account);
    }

    /// @inheritdoc IHyperchainNames
    function transfer(uint256 chainId, string calldata label, address owner) external {
        _requireAccount(owner);
        _ownName(chainId, label).owner = owner;
        emit NameTransferred(chainId, label, owner);
    }

    /// @inheritdoc IHyperchainNames
    function choose(uint256 chainId, string calldata label) external {
        address account = _nameAt(chainId, label).account;
        bool isChoice = bytes(label).length != 0;
        if (isChoice && account != msg.sender) revert NameOfAnotherAccount(account, msg.sender);
        chosen[chainId][msg.sender] = label;
        emit NameChosen(chainId, msg.sender, label);
    }

    /// @inheritdoc IHyperchainNames
    function interoperableAddress(uint256 chainId, string calldata label) external view returns (bytes memory) {
        address account = _nameAt(chainId, label).account;
        return account == address(0) ? bytes("") : InteroperableAddress.encode(chainId, account);
    }

    /// @inheritdoc IHyperchainNames
    function nameOf(uint256 chainId, string calldata label) external view returns (address owner, address account) {
        Name storage name = _nameAt(chainId, label);
        return (name.owner, name.account);
    }

    /// @inheritdoc IHyperchainNames
    function chosenName(uint256 chainId, address account) external view returns (string memory label) {
        label = chosen[chainId][account];
        // The target of a name can have changed since.
        if (names[chainId][keccak256(bytes(label))].account != account) return "";
    }

    /// @inheritdoc IHyperchainNames
    function chainOf(string calldata label) external view returns (uint256) {
        return chainIds[keccak256(bytes(label))];
    }

    /// @inheritdoc IHyperchainNames
    function labelOf(uint256 chainId) external view returns (string memory) {
        return chainLabels[chainId];
    }

    /// @inheritdoc IHyperchainNames
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory) {
        (bytes calldata label, uint256 next) = _labelAt(name, data, 0);
        (bytes calldata chainLabel,) = _labelAt(name, data, next);
        uint256 chainId = chainIds[keccak256(chainLabel)];
        address account = names[chainId][keccak256(label)].account;
        if (data.length == 36 && bytes4(data) == ADDR) return abi.encode(address(0));
        if (data.length != 68 || bytes4(data) != ADDR_OF_COIN) revert MalformedQuery(name, data);
        uint256 coin = chainId < EVM_COIN ? EVM_COIN | chainId : EVM_COIN;
        bool isFound = account != address(0) && uint256(bytes32(data[36:])) == coin;
        return abi.encode(isFound ? abi.encodePacked(account) : bytes(""));
    }

    /// @inheritdoc IHyperchainNames
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == ERC165 || interfaceId == this.resolve.selector;
    }

    /// @inheritdoc IHyperchainNames
    function announcementOf(address owner, uint256 chainId, string calldata label, address account, bytes32 secret)
        public
        view
        returns (bytes32)
    {
        bytes32 labelHash = keccak256(bytes(label));
        return keccak256(
            abi.encode(ANNOUNCEMENT_TAG, block.chainid, address(this), owner, chainId, labelHash, account, secret)
        );
    }

    function _useAnnouncement(bytes32 announcement) private {
        uint256 since = announcedAt[announcement];
        if (since == 0) revert NameNotAnnounced(announcement);
        if (block.timestamp < since + revealDelay) revert NameTooEarly(since + revealDelay, block.timestamp);
        uint256 expired = since + ANNOUNCEMENT_LIFETIME;
        if (block.timestamp > expired) revert NameAnnouncementExpired(expired, block.timestamp);
        delete announcedAt[announcement];
    }

    function _requireChain(uint256 chainId) private view returns (address chain) {
        chain = factory.getHyperchain(chainId);
        if (chain == address(0)) revert IKnownChains.UnknownChain(chainId);
    }

    function _nameAt(uint256 chainId, string calldata label) private view returns (Name storage) {
        return names[chainId][keccak256(bytes(label))];
    }

    function _ownName(uint256 chainId, string calldata label) private view returns (Name storage name) {
        name = _nameAt(chainId, label);
        if (msg.sender != name.owner) revert OnlyNameOwner(name.owner, msg.sender);
    }

    function _requireLabel(string calldata label) private pure {
        if (!NameLabel.isValid(bytes(label))) revert InvalidLabel(label);
        if (NameLabel.isReserved(bytes(label))) revert ReservedLabel(label);
    }

    function _requireAccount(address account) private pure {
        if (account == address(0)) revert ZeroAccount();
    }

    /// @dev A label of a name in wire format: a byte of length, which is not 0, before the letters.
    function _labelAt(bytes calldata name, bytes calldata data, uint256 start)
        private
        pure
        returns (bytes calldata label, uint256 end)
    {
        if (start >= name.length || name[start] == 0) revert MalformedQuery(name, data);
        end = start + 1 + uint8(name[start]);
        if (end > name.length) revert MalformedQuery(name, data);
        label = name[start + 1:end];
    }
}
