// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Names of chains, and of accounts on them: `bob@alpha`
/// @notice A label is `[a-z0-9-]{1,63}`. It has no hyphens at its ends and in third and fourth place (`xn--` shows other letters), does not
/// begin with `0x`, and is neither a number nor `l1`.
/// First come, first served; no name expires. No account has power over names but their own.
///
/// A name is announced by a hash and taken `revealDelay` seconds to a day later by the account that the hash holds: an answer to
/// a taking that is not yet in a block comes too late.
/// @dev Trusts the factory for which contract is which chain, and that contract for its admin: one that lied could give a chain's label to
/// another account, but never change one that was given, nor an account's name.
interface IHyperchainNames {
    event NameAnnounced(bytes32 indexed announcement);
    /// @notice For good: neither chain nor label change.
    event ChainNamed(uint256 indexed chainId, string label);
    event AccountNamed(uint256 indexed chainId, string label, address indexed owner, address indexed account);
    event NameTransferred(uint256 indexed chainId, string label, address indexed owner);
    event NamePointed(uint256 indexed chainId, string label, address indexed account);
    /// @param label Empty where the account took its choice back.
    event NameChosen(uint256 indexed chainId, address indexed account, string label);

    error InvalidLabel(string label);
    /// @notice Reads as a number, by which chains and development accounts are called, as L1, or as an address without `0x`.
    error ReservedLabel(string label);
    /// @notice Would lose what is sent to it.
    error ZeroAccount();
    error NameNotAnnounced(bytes32 announcement);
    error NameTooEarly(uint256 validFrom, uint256 actual);
    error NameAnnouncementExpired(uint256 expired, uint256 actual);
    error ChainNamedAlready(uint256 chainId, string label);
    error LabelTaken(string label, uint256 chainId);
    error NameTaken(uint256 chainId, string label, address owner);
    error OnlyNameOwner(address expected, address actual);
    error NameOfAnotherAccount(address expected, address actual);
    /// @notice Not the name's wire format (RFC 1035), or no call of `addr`.
    error MalformedQuery(bytes name, bytes data);

    /// @notice Announces a name without showing it. Anyone. To announce the same again within a day changes nothing.
    /// @param announcement What `announcementOf` gives.
    function announceName(bytes32 announcement) external;

    /// @notice Gives a chain its one label, for good. Only the chain's admin, after its announcement with account 0.
    function nameChain(uint256 chainId, string calldata label, bytes32 secret) external;

    /// @notice Takes a name on a chain that the factory knows, for an account there. Anyone, after the announcement.
    function nameAccount(uint256 chainId, string calldata label, address account, bytes32 secret) external;

    /// @notice Points a name to another account of its chain. Only the name's owner.
    function point(uint256 chainId, string calldata label, address account) external;

    /// @notice Transfers a name to another owner; its target account remains. Only the name's owner.
    function transfer(uint256 chainId, string calldata label, address owner) external;

    /// @notice Chooses the displayed name of the caller's account on a chain; an empty label removes the
    /// choice. Reverts unless the name points to the caller's address.
    function choose(uint256 chainId, string calldata label) external;

    /// @notice The account for which a name stands, as ERC-7930 bytes; empty where the name was not taken. Its chain is the name's own.
    function interoperableAddress(uint256 chainId, string calldata label) external view returns (bytes memory);

    /// @notice Owner of a name, and the account for which it stands; 0 where it was not taken.
    function nameOf(uint256 chainId, string calldata label) external view returns (address owner, address account);

    /// @notice The label that an account chose, as long as it points to that account; else empty.
    function chosenName(uint256 chainId, address account) external view returns (string memory label);

    /// @notice The chain with this label; 0 where there is none.
    function chainOf(string calldata label) external view returns (uint256 chainId);

    /// @notice A chain's label; empty where it has none.
    function labelOf(uint256 chainId) external view returns (string memory);

    /// @notice keccak256(abi.encode(keccak256("hyperchain.name-announcement.v1"), block.chainid, this contract, owner, chainId,
    /// keccak256(label), account, secret)).
    /// @param account 0 for the label of a chain.
    function announcementOf(address owner, uint256 chainId, string calldata label, address account, bytes32 secret)
        external
        view
        returns (bytes32);

    /// @notice When a name was announced, in seconds; 0 once it was taken.
    function announcedAt(bytes32 announcement) external view returns (uint256);

    /// @notice Answers for `account.chain.<any name of ENS>` (ENSIP-10): `addr(bytes32,uint256)` for the coin type of the name's own chain
    /// (ENSIP-11; of a chain with id 2³¹ or above the default one, ENSIP-19), else empty. `addr(bytes32)`, which asks for an account of L1,
    /// is answered by 0: an account of a chain need not be anybody's on L1.
    function resolve(bytes calldata name, bytes calldata data) external view returns (bytes memory);

    function supportsInterface(bytes4 interfaceId) external pure returns (bool);
}
