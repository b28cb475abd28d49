import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const reason = 'the words of a message: tests hold that it comes, and the words that matter';

/** Leaves out what is said by an error. Other strings (operators, keys, file names) are changed, and have to be seen. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messageTexts', {
    shouldIgnore(path) {
      const { parent, listKey } = path;
      const said = parent?.type === 'NewExpression' && listKey === 'arguments';
      return said && parent.callee.name?.endsWith('Error') ? reason : undefined;
    },
  }),
];
