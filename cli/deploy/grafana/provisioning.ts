/** The files that tell Grafana of data source and dashboards. @module */
import { type GrafanaSite, grafanaUid } from "./grafana_site.ts";

/** The file of the data source. */
export function datasourceText(site: GrafanaSite): string {
  const { addressRoot, influx } = site;
  const { version, url, database, takesAnyCertificate } = influx;
  return `# InfluxDB ${
    version === "v1" ? "1.x" : "2"
  } of the site, asked in InfluxQL. \${NAME} is taken from Grafana's environment.
apiVersion: 1
datasources:
  - name: ${quoted(`OCS InfluxDB (${addressRoot})`)}
    uid: ${quoted(grafanaUid(site, "influxdb"))}
    type: influxdb
    access: proxy
    url: ${quoted(url)}
${version === "v1" ? "    user: ${INFLUXDB_USERNAME}\n" : ""}    jsonData:
      dbName: ${quoted(database)}
      httpMode: GET
${takesAnyCertificate ? "      tlsSkipVerify: true\n" : ""}${
    version === "v1"
      ? "    secureJsonData:\n      password: ${INFLUXDB_PASSWORD}\n"
      : "      httpHeaderName1: Authorization\n    secureJsonData:\n      httpHeaderValue1: Token ${INFLUXDB_V2_TOKEN}\n"
  }    editable: false
`;
}

/**
 * The file that names the folder of the dashboards.
 *
 * @param folder Where Grafana sees it.
 */
export function providerText({ addressRoot }: GrafanaSite, folder: string): string {
  return `# Dashboards of the site: those of the folder below, and what else is put there.
apiVersion: 1
providers:
  - name: ${quoted(`OCS (${addressRoot})`)}
    folder: OCS
    type: file
    disableDeletion: false
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      path: ${quoted(folder)}
`;
}

/** A text of YAML: one of JSON is one. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
