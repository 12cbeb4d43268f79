//! `/api/v1/users`.

use kronos_tests::on_both_engines;

on_both_engines! {
    /// The first owner has an organization, and sees nobody else's.
    async fn memberships_are_those_of_the_caller(kronos: Kronos) {
        let owner = kronos.owner().await;
        let stranger = kronos.other_tenant().await;

        let memberships = owner.get("/api/v1/users/me/memberships").await.expect(200);
        assert_eq!(memberships.body["data"].as_array().unwrap().len(), 1, "{}", memberships.text);
        assert_eq!(memberships.string("/data/0/role"), "owner");
        assert_eq!(memberships.string("/data/0/organization/currency"), "EUR");
        assert!(!memberships.string("/data/0/organization/name").is_empty());
        assert_ne!(owner.organization, stranger.organization);

        kronos.anonymous().get("/api/v1/users/me/memberships").await.expect(401);
    }
}
