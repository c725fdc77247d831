using System.Text;

namespace Exeat.Gateway.Tests.Judging.Model;

/// <summary>What an agent may say to a server of plain HTTP.</summary>
internal static class Requests
{
    private const string Open = "GET / HTTP/1.1\r\nHost: openclaw.ai\r\n";

    public static byte[][] Honest { get; } =
    [
        .. ((string[])
        [
            Open + "\r\n",
            "GET /long HTTP/1.1\r\nHost: openclaw.ai\r\nCookie: " + new string('c', 900) + "\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: DOCS.openclaw.ai:80\r\n\r\n",
            "POST /a HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 58\r\n\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n---- as text -----",
            "POST /c HTTP/1.1\r\nHost: openclaw.ai\r\nContent-Length: 3\r\n\r\nabc\r\n",
            "POST /b HTTP/1.1\r\nHost: openclaw.ai\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n",
        ]).Select(Encoding.ASCII.GetBytes),
    ];

    public static byte[][] Hostile { get; } =
    [
        .. ((string[])
        [
            "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            Open + "Host: evil.example\r\n\r\n",
            Open + "hOST : evil.example\r\n\r\n",
            Open + "X: y\n Host: evil.example\r\n\r\n",
            "GET http://evil.example/ HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            Open + "Content-Length: 2\r\n\r\nab\r\n\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "CONNECT evil.example:80 HTTP/1.1\r\nHost: openclaw.ai\r\n\r\n",
            Open + "Content-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            Open + "Content-Length: 3\r\nContent-Length: 30\r\n\r\n123GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            Open + "Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        ]).Select(Encoding.ASCII.GetBytes),
    ];
}
