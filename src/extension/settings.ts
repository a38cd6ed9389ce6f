import * as v from 'valibot';
import * as vscode from 'vscode';
import { relativePath } from '../shared/manifest.ts';
import { parseIceServers } from './iceServers.ts';
import { SettingIds, settingDefaults } from './ids.ts';

const port = v.pipe(v.number(), v.integer(), v.maxValue(65_535));

/** What a person may have written into their settings, each brought back to its default when it makes no sense. */
const settingsSchema = v.object({
  displayName: v.fallback(v.pipe(v.string(), v.trim()), settingDefaults[SettingIds.displayName]),
  /** As written; empty for a server of one's own. */
  serverUrl: v.fallback(v.pipe(v.string(), v.trim()), settingDefaults[SettingIds.serverUrl]),
  serverKey: v.fallback(
    v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/)),
    settingDefaults[SettingIds.serverKey],
  ),
  serverPort: v.fallback(v.pipe(port, v.minValue(1)), settingDefaults[SettingIds.serverPort]),
  gatewayPort: v.fallback(v.pipe(port, v.minValue(0)), settingDefaults[SettingIds.gatewayPort]),
  inviteExpireAfterHours: v.fallback(
    v.pipe(v.number(), v.minValue(0.25), v.maxValue(720)),
    settingDefaults[SettingIds.inviteExpireAfterHours],
  ),
  filesSaveTo: v.fallback(v.picklist(['workspace', 'ask']), settingDefaults[SettingIds.filesSaveTo]),
  /** Segments below the workspace's folder; none for the folder itself. */
  filesFolder: v.fallback(
    v.pipe(
      v.string(),
      v.trim(),
      v.transform((path) => path.replaceAll('\\', '/').replace(/\/+$/, '')),
      v.union([v.literal(''), relativePath]),
      v.transform((path) => path.split('/').filter((segment) => segment !== '')),
    ),
    [],
  ),
  /** Megabytes; 0 asks always. */
  filesAskAbove: v.fallback(v.pipe(v.number(), v.minValue(0)), settingDefaults[SettingIds.filesAskAbove]),
  filesAutoAccept: v.fallback(
    v.picklist(['nobody', 'host', 'everyone']),
    settingDefaults[SettingIds.filesAutoAccept],
  ),
  stageBrowser: v.fallback(v.picklist(['system', 'integrated']), settingDefaults[SettingIds.stageBrowser]),
  /** Entries that make no sense are left out and told of when a meeting opens. */
  iceServers: v.pipe(v.unknown(), v.transform(parseIceServers)),
  iceTransportPolicy: v.fallback(
    v.picklist(['all', 'relay']),
    settingDefaults[SettingIds.iceTransportPolicy],
  ),
  shareAddresses: v.fallback(v.boolean(), settingDefaults[SettingIds.shareAddresses]),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

/** Reads the settings as they are now. */
export function readSettings(): Settings {
  const configuration = vscode.workspace.getConfiguration();
  const read = (id: string): unknown => configuration.get<unknown>(id);
  return v.parse(settingsSchema, {
    displayName: read(SettingIds.displayName),
    serverUrl: read(SettingIds.serverUrl),
    serverKey: read(SettingIds.serverKey),
    serverPort: read(SettingIds.serverPort),
    gatewayPort: read(SettingIds.gatewayPort),
    inviteExpireAfterHours: read(SettingIds.inviteExpireAfterHours),
    filesSaveTo: read(SettingIds.filesSaveTo),
    filesFolder: read(SettingIds.filesFolder),
    filesAskAbove: read(SettingIds.filesAskAbove),
    filesAutoAccept: read(SettingIds.filesAutoAccept),
    stageBrowser: read(SettingIds.stageBrowser),
    iceServers: read(SettingIds.iceServers),
    iceTransportPolicy: read(SettingIds.iceTransportPolicy),
    shareAddresses: read(SettingIds.shareAddresses),
  });
}
