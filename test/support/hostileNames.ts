/** Names that a model may have and that some format could stumble over: markup, separators, controls, length, scripts. */
export const hostileNames: readonly string[] = [
  '<script>alert(1)</script>',
  '</script><!--',
  '"quoted" \'twice\' `thrice`',
  'comma, semicolon; tab\tpipe|',
  'line\nbreak\r\nagain',
  `long.${'x'.repeat(495)}`,
  '畳み込み層.1',
  'طبقة.الأولى',
  '=HYPERLINK("http://example.com")',
  '::error::%0A@everyone [link](http://example.com) *bold*',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is such a name
  'back\\slash $1 ${x} %s',
  '🙂.conv',
  '__proto__',
  'constructor',
];
