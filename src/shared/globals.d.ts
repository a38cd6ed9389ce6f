// The few globals that exist alike in Node, in a browser page and in a VS Code webview. Declared here, and only for
// this folder, because neither the DOM's nor Node's type library may be visible to shared code.
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label: 'utf-8', options?: { readonly fatal?: boolean });
  decode(bytes: Uint8Array): string;
}
