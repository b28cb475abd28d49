import { version } from '../../version.js';

/**
 * What a page begins with, up to its body.
 *
 * @param title,policy as they may stand in HTML; the policy says what a browser may run and fetch.
 */
export const pageHead = (title: string, policy: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="delve ${version}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>
${style}
</style>
</head>`;
