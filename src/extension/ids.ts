/**
 * Every name that package.json and the code share, in one place; test/unit/extension/ids.test.ts holds the two
 * against each other.
 */

/** Commands of the category "Parley". */
export const Commands = {
  startMeeting: 'parley.startMeeting',
  joinMeeting: 'parley.joinMeeting',
  leaveMeeting: 'parley.leaveMeeting',
  copyInvite: 'parley.copyInvite',
  shareFile: 'parley.shareFile',
  shareFileWith: 'parley.shareFileWith',
  openPanel: 'parley.openPanel',
  toggleMicrophone: 'parley.toggleMicrophone',
  toggleCamera: 'parley.toggleCamera',
  toggleHand: 'parley.toggleHand',
  setTurnPassword: 'parley.setTurnPassword',
  testSetup: 'parley.testSetup',
} as const;
export type CommandId = (typeof Commands)[keyof typeof Commands];

/** Settings, by the key under which package.json contributes them. */
export const SettingIds = {
  displayName: 'parley.displayName',
  serverUrl: 'parley.server.url',
  serverKey: 'parley.server.key',
  serverPort: 'parley.server.port',
  gatewayPort: 'parley.gateway.port',
  inviteExpireAfterHours: 'parley.invite.expireAfterHours',
  filesSaveTo: 'parley.files.saveTo',
  filesFolder: 'parley.files.folder',
  filesAskAbove: 'parley.files.askAbove',
  filesAutoAccept: 'parley.files.autoAccept',
  stageBrowser: 'parley.stage.browser',
  iceServers: 'parley.iceServers',
  iceTransportPolicy: 'parley.iceTransportPolicy',
  shareAddresses: 'parley.shareAddresses',
} as const;

/** What each setting is when nobody has set it; package.json says the same. */
export const settingDefaults = {
  [SettingIds.displayName]: '',
  [SettingIds.serverUrl]: '',
  [SettingIds.serverKey]: 'peerjs',
  [SettingIds.serverPort]: 9000,
  [SettingIds.gatewayPort]: 47115,
  [SettingIds.inviteExpireAfterHours]: 24,
  [SettingIds.filesSaveTo]: 'workspace',
  [SettingIds.filesFolder]: '',
  [SettingIds.filesAskAbove]: 500,
  [SettingIds.filesAutoAccept]: 'nobody',
  [SettingIds.stageBrowser]: 'system',
  [SettingIds.iceServers]: [],
  [SettingIds.iceTransportPolicy]: 'all',
  [SettingIds.shareAddresses]: true,
} as const;

/** Context keys of `when` clauses. */
export const ContextKeys = {
  /** True from Start or Join until the meeting is left, the lobby included. */
  inMeeting: 'parley.inMeeting',
  /** `lobby`, `joining`, `in`, `left`, `failed` or `closed` (the panel); unset without a meeting. */
  meetingPhase: 'parley.meetingPhase',
  /** True once an invite was copied, or something shared, in this window: what the walkthrough shows as done. */
  hasInvited: 'parley.hasInvited',
  hasShared: 'parley.hasShared',
} as const;

/** Where the workspace's state says that a meeting is kept over a restart (keptMeetings.ts). */
export const KEPT_MARK = 'parley.kept';

/** The type of the meeting's webview panel. */
export const PANEL_VIEW_TYPE = 'parley.meeting';

/** The type of the webview panel of "Test My Setup". */
export const SETUP_VIEW_TYPE = 'parley.setup';
